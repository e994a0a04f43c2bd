"""Fit a power law with an asymptote to learning curves, and predict the metric at other training sizes.

value = asymptote - scale * (size / centre) ** -exponent, where centre is the geometric mean of the sizes, so
that the estimates of scale and exponent are nearly independent. asymptote <= best, scale >= 0, exponent in
EXPONENTS.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import curve_fit

from results.evaluation import plain
from results.metrics import Values
from results.uncertainty import percentile_interval

PARAMETERS = ("asymptote", "scale", "exponent")
# Limits, chosen by hand: nearly a straight line over log(size), and nearly constant after the first size.
EXPONENTS = (0.01, 3.0)
_GRID = np.geomspace(*EXPONENTS, 200)  # neighbours differ by 3 %
LEAST_SIZES = len(PARAMETERS)  # with no more than these, no degree of freedom is left to check the law
_NEAR_BOUND = (
    1e-3  # distance at which a parameter counts as on its bound; larger than the optimiser's tolerance
)


def fit_curve(
    sizes: Sequence[int],
    values: Sequence[float],
    at: Sequence[int],
    drawn: Values | None = None,
    *,
    best: float = 1.0,
    confidence: float = 0.95,
) -> dict[str, Any]:
    """Fit value = asymptote - scale * size ** -exponent to a metric for which higher is better.

    Unweighted least squares with asymptote <= `best` (the metric's largest value), scale >= 0 and
    exponent in 0.01 .. 3 (the inverse power law of Figueroa et al. 2012; see Viering & Loog 2022). Sizes
    (images) with an undefined value are left out. `drawn` (n_sizes, resamples) holds the values in each
    resampling of the test patients; the law is fitted to each, and the bounds are percentiles of its
    predictions (a fit on a bound has no valid standard error). The interval covers the noise of the test
    patients only, not that of the training subsets, nor whether the law holds beyond the data.

    Returns `parameters` (by PARAMETERS), those `at_bounds` (set by the limit, not by the data),
    `residual` (root mean square, in the metric), `checked` (more sizes than parameters), `reason` (None)
    and `predictions`: for each of `at` size, value, low, high and `extrapolated` (outside the fitted
    sizes). With fewer than LEAST_SIZES sizes, values that do not grow, or no convergence, parameters,
    residual and predicted values are None, and `reason` says why. Raises ValueError for sizes below one
    and for lengths that differ.
    """
    _check(sizes, values, at, drawn)
    known = np.isfinite(values)
    points, curve = np.asarray(sizes, np.float64)[known], np.asarray(values, np.float64)[known]
    found, reason = _fit(points, curve, best)
    if found is None:
        return _answer(at, reason=reason)
    relative, wanted = (np.asarray(n, np.float64) / centre_of(points) for n in (points, at))
    intervals = [(float("nan"), float("nan"))] * len(at)
    if drawn is not None:
        intervals = _intervals(points, drawn[known], wanted, best, confidence)
    asymptote, scale, exponent = map(float, found)
    numbers = asymptote, scale * centre_of(points) ** exponent, exponent
    return _answer(
        at,
        predictions=[
            {
                "size": int(size),
                "value": float(value),
                "low": plain(low),
                "high": plain(high),
                "extrapolated": not points.min() <= size <= points.max(),
            }
            for size, value, (low, high) in zip(at, power_law(wanted, *found), intervals, strict=True)
        ],
        parameters=dict(zip(PARAMETERS, numbers, strict=True)),
        at_bounds=_at_bounds(found, best),
        residual=float(np.sqrt(np.mean((power_law(relative, *found) - curve) ** 2))),
        checked=len(points) > LEAST_SIZES,
    )


def _check(sizes: Sequence[int], values: Sequence[float], at: Sequence[int], drawn: Values | None) -> None:
    if len(sizes) != len(values) or (drawn is not None and len(drawn) != len(sizes)):
        raise ValueError("sizes, values and draws must be of one length")
    if len(set(sizes)) != len(sizes) or min([*sizes, *at], default=1) < 1:
        raise ValueError(f"training sizes must be different and at least 1, not {list(sizes)} and {list(at)}")


def _fit(sizes: Values, values: Values, best: float) -> tuple[Values | None, str | None]:
    """(PARAMETERS, None), or (None, the reason why there is no fit)."""
    if len(sizes) < LEAST_SIZES:
        return None, f"{len(sizes)} sizes have a value, and the law has {LEAST_SIZES} parameters"
    if values.max() > best:
        return None, f"a value is above {best}, the metric's largest"
    try:
        found = fit_one(sizes, values, best)
    except RuntimeError as error:
        return None, f"the fit did not converge: {error}"
    return (found, None) if found[1] > 0 else (None, "the values do not grow with the size")


def _intervals(
    sizes: Values, drawn: Values, wanted: Values, best: float, confidence: float
) -> list[tuple[float, float]]:
    """The interval of the prediction at each size (relative to the centre), without undefined draws."""
    predicted = power_law(wanted[:, None], *fit_many(sizes, drawn, best))
    return [percentile_interval(row, confidence) for row in predicted]


def _at_bounds(found: Values, best: float) -> list[str]:
    bounds = (best,), (0.0,), EXPONENTS
    return [
        name
        for name, value, limits in zip(PARAMETERS, found, bounds, strict=True)
        if any(abs(value - limit) < _NEAR_BOUND for limit in limits)
    ]


def _answer(at: Sequence[int], **known: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("value", "low", "high", "extrapolated"))
    return {
        "parameters": None,
        "at_bounds": [],
        "residual": None,
        "checked": False,
        "reason": None,
        "predictions": [{"size": int(size), **nothing} for size in at],
    } | known


def centre_of(sizes: Values) -> float:
    """The geometric mean of the sizes."""
    return float(np.exp(np.mean(np.log(sizes))))


def power_law(relative: Values, asymptote: Values, scale: Values, exponent: Values) -> Values:
    """The values of the law at sizes relative to the centre."""
    return asymptote - scale * relative**-exponent


def fit_one(sizes: Values, values: Values, best: float) -> Values:
    """PARAMETERS (3,) for one curve: scipy's curve_fit, started where `fit_many` ends.

    Raises RuntimeError where it does not converge. A curve that does not grow has scale 0 and any exponent.
    """
    start = fit_many(sizes, values[:, None], best)[:, 0]
    if start[1] == 0:
        return start
    bounds = [-np.inf, 0, EXPONENTS[0]], [best, np.inf, EXPONENTS[1]]
    relative = sizes / centre_of(sizes)
    # absolute_sigma: three sizes give no estimate of the noise, which curve_fit would warn of
    found, _ = curve_fit(power_law, relative, values, start, bounds=bounds, jac=_slopes, absolute_sigma=True)
    return np.asarray(found, np.float64)


def fit_many(sizes: Values, curves: Values, best: float) -> Values:
    """PARAMETERS (3, B) for each column of curves (n_sizes, B), by a search over exponents.

    For a given exponent the law is linear in asymptote and scale, which have a closed-form solution:
    thousands of curves take the time of about twenty calls of curve_fit. The exponent is accurate to 3 %.
    """
    powers = (sizes / centre_of(sizes)) ** -_GRID[:, None]  # (exponents, n_sizes)
    middle = powers.mean(axis=1, keepdims=True)
    mean = curves.mean(axis=0)
    scale = (middle - powers) @ curves / np.sum((powers - middle) ** 2, axis=1, keepdims=True)
    asymptote = mean + scale * middle
    highest = powers @ (best - curves) / np.sum(powers**2, axis=1, keepdims=True)  # the scale below `best`
    scale = np.where(asymptote > best, highest, scale).clip(min=0)
    asymptote = np.where(scale == 0, mean, asymptote).clip(max=best)
    chosen = np.argmin(_squares(powers, curves, asymptote, scale), axis=0)
    columns = np.arange(curves.shape[1])
    return np.stack([asymptote[chosen, columns], scale[chosen, columns], _GRID[chosen]])


def _squares(powers: Values, curves: Values, asymptote: Values, scale: Values) -> Values:
    """Sums of squared residuals, (exponents, B), size by size to stay small."""
    squares = np.zeros_like(scale)
    for power, values in zip(powers.T, curves, strict=True):
        squares += (values - asymptote + scale * power[:, None]) ** 2
    return squares


def _slopes(relative: Values, asymptote: float, scale: float, exponent: float) -> Values:
    """The law's derivatives by its parameters, (n_sizes, 3)."""
    powers = relative**-exponent
    return np.stack([np.ones_like(powers), -powers, scale * np.log(relative) * powers], axis=1)
