"""The intervals that are compared, each from a value, its resamplings and its values without each patient."""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr, ndtri

from results.uncertainty import Resampled, interval, percentile_interval
from tests.validity.simulation import Values

CONFIDENCE = 0.95
Limits = tuple[float, float] | None


def standard_error(value: float, drawn: Values, left_out: Values, limits: Limits) -> tuple[float, float]:
    """The project's: on the log-odds scale for metrics, on the plain one for differences."""
    return interval(Resampled(value, drawn, len(left_out)), CONFIDENCE, limits)


def percentile(value: float, drawn: Values, left_out: Values, limits: Limits) -> tuple[float, float]:
    """The quantiles of the resampled values."""
    return percentile_interval(drawn, CONFIDENCE)


def bca(value: float, drawn: Values, left_out: Values, limits: Limits) -> tuple[float, float]:
    """Bias-corrected and accelerated (Efron 1987), with the jackknife over patients; equal draws count half."""
    known, without = drawn[np.isfinite(drawn)], left_out[np.isfinite(left_out)]
    bias = ndtri((np.mean(known < value) + np.mean(known <= value)) / 2)
    influence = without.mean() - without
    if not np.isfinite(bias) or not influence.any():
        return float("nan"), float("nan")
    acceleration = np.sum(influence**3) / (6 * np.sum(influence**2) ** 1.5)
    tails = bias + ndtri([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    low, high = np.quantile(known, ndtr(bias + tails / (1 - acceleration * tails)))
    return float(low), float(high)


IN_USE = "standard error"
INTERVALS: dict[str, Callable[[float, Values, Values, Limits], tuple[float, float]]] = {
    IN_USE: standard_error,
    "percentile": percentile,
    "BCa": bca,
}
TESTED = {kind: INTERVALS[kind] for kind in (IN_USE, "percentile")}  # without the jackknife
