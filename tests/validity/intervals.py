"""The intervals that are compared, of one cell or of a paired difference."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from results.comparison import compare, difference_of
from results.uncertainty import Resampled, interval, percentile_interval
from tests.validity.simulation import Values

CONFIDENCE = 0.95
Limits = tuple[float, float] | None


class Quantity(NamedTuple):
    """One cell, or two of which the second minus the first is asked for, and the limits of their metric."""

    cells: tuple[Resampled, ...]
    limits: Limits
    left_out: Values = np.empty(0)
    """The value without each patient (patients,), for BCa alone."""

    @property
    def together(self) -> Resampled:
        """The cell, or the difference."""
        return self.cells[0] if len(self.cells) == 1 else difference_of(*self.cells)


def standard_error(asked: Quantity) -> tuple[float, float]:
    """The project's."""
    if len(asked.cells) == 1:
        return interval(asked.cells[0], CONFIDENCE, asked.limits)
    first, second = asked.cells
    return compare({0: first}, {0: second}, asked.limits).interval(CONFIDENCE)


def percentile(asked: Quantity) -> tuple[float, float]:
    """The quantiles of the resampled values."""
    return percentile_interval(asked.together.drawn, CONFIDENCE)


def bca(asked: Quantity) -> tuple[float, float]:
    """Bias-corrected and accelerated (Efron 1987), with the jackknife over patients; equal draws count half."""
    value, drawn, _ = asked.together
    known, without = drawn[np.isfinite(drawn)], asked.left_out[np.isfinite(asked.left_out)]
    bias = ndtri((np.mean(known < value) + np.mean(known <= value)) / 2)
    influence = without.mean() - without
    if not np.isfinite(bias) or not influence.any():
        return float("nan"), float("nan")
    acceleration = np.sum(influence**3) / (6 * np.sum(influence**2) ** 1.5)
    tails = bias + ndtri([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    low, high = np.quantile(known, ndtr(bias + tails / (1 - acceleration * tails)))
    return float(low), float(high)


IN_USE = "standard error"
INTERVALS: dict[str, Callable[[Quantity], tuple[float, float]]] = {
    IN_USE: standard_error,
    "percentile": percentile,
    "BCa": bca,
}
TESTED = {kind: INTERVALS[kind] for kind in (IN_USE, "percentile")}  # without the jackknife
