"""Fit laws to learning curves, and predict the metric at other training sizes.

Both laws are value = asymptote - scale * shape, where the shape falls with the size relative to the geometric
mean of the sizes (so that the estimates are nearly independent): a power, which goes on to grow for long, or
an exponential, which soon stops. asymptote <= best, and scale >= 0. Beyond the data the laws differ, and the
data cannot say which one holds: the prediction is the range of both (Viering and Loog 2023).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import curve_fit

from results.evaluation import plain
from results.metrics import Values
from results.uncertainty import percentile_interval

_NEAR_BOUND = (
    1e-3  # distance at which a parameter counts as on its bound; larger than the optimiser's tolerance
)
_STEPS = 200  # of the search over shapes: neighbours differ by 3 to 5 %


@dataclass(frozen=True)
class Law:
    """A family of curves: `shape` and its `slope` (derivative by the parameter) of relative size, parameter.

    `limits` of the parameter are chosen by hand: from nearly a straight line to nearly constant after the
    first size.
    """

    name: str
    parameter: str
    limits: tuple[float, float]
    shape: Callable[[Values, Values], Values]
    slope: Callable[[Values, float], Values]

    @property
    def parameters(self) -> tuple[str, str, str]:
        """Names of the three parameters."""
        return "asymptote", "scale", self.parameter

    @cached_property
    def grid(self) -> Values:
        """The values of the shape's parameter that `fit_many` tries."""
        return np.geomspace(*self.limits, _STEPS)

    def value(self, relative: Values, asymptote: Values, scale: Values, parameter: Values) -> Values:
        """The values of the law at sizes relative to the centre."""
        return asymptote - scale * self.shape(relative, parameter)


POWER = Law(
    "power law",
    "exponent",
    (0.01, 3.0),
    lambda relative, exponent: relative**-exponent,
    lambda relative, exponent: -np.log(relative) * relative**-exponent,
)
EXPONENTIAL = Law(
    "exponential",
    "rate",
    (0.01, 30.0),
    lambda relative, rate: np.exp(-rate * relative),
    lambda relative, rate: -relative * np.exp(-rate * relative),
)
LAWS = (POWER, EXPONENTIAL)
LEAST_SIZES = 3  # the number of parameters: with no more, no degree of freedom is left to check a law


def fit_curve(
    law: Law,
    sizes: Sequence[int],
    values: Sequence[float],
    errors: Sequence[float],
    at: Sequence[int],
    drawn: Values | None = None,
    *,
    best: float = 1.0,
    confidence: float = 0.95,
) -> dict[str, Any]:
    """Fit a law to a metric for which higher is better.

    Least squares weighted by `errors` (n_sizes,), the standard errors of the values over training subsets and
    test patients, with asymptote <= `best` (the metric's largest value), scale >= 0 and the shape's parameter
    within its limits (the inverse power law: Figueroa et al. 2012; both laws: Viering and Loog 2023). Sizes
    (images) with an undefined value or without a standard error above 0 are left out. `drawn` (n_sizes,
    resamples) holds the values in two-way resamplings; the law is fitted to each, and the bounds are
    percentiles of its predictions (a fit on a bound has no valid standard error). The interval covers the
    noise of training subsets and test patients, not whether the law holds beyond the data.

    Returns `parameters` (by the law's names; the exponential's rate is per image), those `at_bounds` (set by
    the limit, not by the data), `residual` (root mean square, in the metric), `checked` (more sizes than
    parameters), `reason` (None) and `predictions`: for each of `at` size, value, low, high and `extrapolated`
    (outside the fitted sizes). With fewer than LEAST_SIZES sizes, values that do not grow, or no convergence,
    parameters, residual and predicted values are None, and `reason` says why. Raises ValueError for sizes
    below one and for lengths that differ.
    """
    _check(sizes, values, errors, at, drawn)
    known = np.isfinite(values) & (np.nan_to_num(errors) > 0)
    points, curve, noise = (np.asarray(column, np.float64)[known] for column in (sizes, values, errors))
    found, reason = _fit(law, points, curve, noise, best)
    if found is None:
        return _answer(at, reason=reason)
    relative, wanted = (np.asarray(n, np.float64) / centre_of(points) for n in (points, at))
    intervals = [(float("nan"), float("nan"))] * len(at)
    if drawn is not None:
        predicted = law.value(wanted[:, None], *fit_many(law, points, drawn[known], noise, best))
        intervals = [percentile_interval(row, confidence) for row in predicted]
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
            for size, value, (low, high) in zip(at, law.value(wanted, *found), intervals, strict=True)
        ],
        parameters=dict(zip(law.parameters, _per_image(law, found, points), strict=True)),
        at_bounds=_at_bounds(law, found, best),
        residual=float(np.sqrt(np.mean((law.value(relative, *found) - curve) ** 2))),
        checked=len(points) > LEAST_SIZES,
    )


def _check(
    sizes: Sequence[int],
    values: Sequence[float],
    errors: Sequence[float],
    at: Sequence[int],
    drawn: Values | None,
) -> None:
    if not len(sizes) == len(values) == len(errors) or (drawn is not None and len(drawn) != len(sizes)):
        raise ValueError("sizes, values, errors and draws must be of one length")
    if len(set(sizes)) != len(sizes) or min([*sizes, *at], default=1) < 1:
        raise ValueError(f"training sizes must be different and at least 1, not {list(sizes)} and {list(at)}")


def _fit(
    law: Law, sizes: Values, values: Values, errors: Values, best: float
) -> tuple[Values | None, str | None]:
    """(parameters, None), or (None, the reason why there is no fit)."""
    if len(sizes) < LEAST_SIZES:
        return None, f"{len(sizes)} sizes have a value and its error, and a law has {LEAST_SIZES} parameters"
    if values.max() > best:
        return None, f"a value is above {best}, the metric's largest"
    try:
        found = fit_one(law, sizes, values, errors, best)
    except RuntimeError as error:
        return None, f"the fit did not converge: {error}"
    return (found, None) if found[1] > 0 else (None, "the values do not grow with the size")


def _per_image(law: Law, found: Values, sizes: Values) -> tuple[float, float, float]:
    """The parameters for sizes in images instead of relative to the centre."""
    asymptote, scale, parameter = map(float, found)
    centre = centre_of(sizes)
    if law is POWER:
        return asymptote, scale * centre**parameter, parameter
    return asymptote, scale, parameter / centre


def _at_bounds(law: Law, found: Values, best: float) -> list[str]:
    bounds = (best,), (0.0,), law.limits
    return [
        name
        for name, value, limits in zip(law.parameters, found, bounds, strict=True)
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


def fit_one(law: Law, sizes: Values, values: Values, errors: Values, best: float) -> Values:
    """The parameters (3,) for one curve: scipy's curve_fit, started where `fit_many` ends.

    Raises RuntimeError where it does not converge. A curve that does not grow has scale 0 and any shape.
    """
    start = fit_many(law, sizes, values[:, None], errors, best)[:, 0]
    if start[1] == 0:
        return start
    bounds = [-np.inf, 0, law.limits[0]], [best, np.inf, law.limits[1]]

    def slopes(relative: Values, _: float, scale: float, parameter: float) -> Values:
        shape, slope = law.shape(relative, np.asarray(parameter)), law.slope(relative, parameter)
        return np.stack([np.ones_like(shape), -shape, -scale * slope], axis=1)

    # absolute_sigma: three sizes give no estimate of the noise, which curve_fit would warn of
    found, _ = curve_fit(
        law.value,
        sizes / centre_of(sizes),
        values,
        start,
        sigma=errors / errors.mean(),
        bounds=bounds,
        jac=slopes,
        absolute_sigma=True,
    )
    return np.asarray(found, np.float64)


def fit_many(law: Law, sizes: Values, curves: Values, errors: Values, best: float) -> Values:
    """The parameters (3, B) for each column of curves (n_sizes, B), by a search over shapes.

    For a given shape the law is linear in asymptote and scale, which have a closed-form solution: thousands
    of curves take the time of about twenty calls of curve_fit. The shape's parameter is accurate to 3 to 5 %.
    """
    weights = errors**-2 / np.sum(errors**-2)
    shapes = law.shape(sizes / centre_of(sizes), law.grid[:, None])  # (steps, n_sizes)
    middle = shapes @ weights[:, None]
    mean = weights @ curves
    spread = (shapes - middle) ** 2 @ weights[:, None]
    scale = ((middle - shapes) * weights) @ curves / spread
    asymptote = mean + scale * middle
    highest = (shapes * weights) @ (best - curves) / (shapes**2 @ weights[:, None])  # asymptote = `best`
    scale = np.where(asymptote > best, highest, scale).clip(min=0)
    asymptote = np.where(scale == 0, mean, asymptote).clip(max=best)
    chosen = np.argmin(_squares(shapes, curves, weights, asymptote, scale), axis=0)
    columns = np.arange(curves.shape[1])
    return np.stack([asymptote[chosen, columns], scale[chosen, columns], law.grid[chosen]])


def _squares(shapes: Values, curves: Values, weights: Values, asymptote: Values, scale: Values) -> Values:
    """Weighted sums of squared residuals, (steps, B), size by size to stay small."""
    squares = np.zeros_like(scale)
    for shape, values, weight in zip(shapes.T, curves, weights, strict=True):
        squares += weight * (values - asymptote + scale * shape[:, None]) ** 2
    return squares
