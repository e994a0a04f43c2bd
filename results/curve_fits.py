"""Learning curves fitted by a power law with an asymptote, and what that says at other training sizes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from results.evaluation import plain
from results.metrics import Values
from results.power_law import EXPONENTS, PARAMETERS, centre_of, fit_many, fit_one, power_law
from results.uncertainty import percentile_interval

LEAST_SIZES = len(PARAMETERS)  # the law then passes through (or nearest) all of them, and nothing is checked
_NEAR_BOUND = 1e-3


def fit_curve(
    sizes: Sequence[int],
    values: Sequence[float],
    at: Sequence[int],
    drawn: Values | None = None,
    *,
    best: float = 1.0,
    confidence: float = 0.95,
) -> dict[str, Any]:
    """value = asymptote - scale * size ** -exponent, fitted to a metric of which more is better.

    Unweighted least squares with asymptote <= `best` (the metric's largest value), scale >= 0 and
    exponent in 0.01 .. 3 (the inverse power law of Figueroa et al. 2012; see Viering & Loog 2022). Sizes
    (images) with an undefined value are left out. `drawn` (n_sizes, resamples) holds the values in each
    resampling of the test patients; the law is fitted to each, and percentiles of its predictions are the
    bounds (fits on a bound have no standard error to speak of). So these hold the noise of the test patients,
    not that of the training subsets, nor the doubt whether the law holds beyond the data.

    Returns `parameters` (by PARAMETERS), those `at_bounds` (there a limit speaks, not the data),
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
        raise ValueError(f"training sizes must be 1 or more, each once, unlike {list(sizes)} or {list(at)}")


def _fit(sizes: Values, values: Values, best: float) -> tuple[Values | None, str | None]:
    """(PARAMETERS, None), or (None, the reason)."""
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
    """Of the prediction at each wanted size (over the centre); draws with an undefined value have none."""
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
