"""Predictions behind one line of a figure, with resampling weights of their patients."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.metrics import Values
from results.uncertainty import patient_weights, percentile_interval


@dataclass(frozen=True)
class Scores:
    """Labels and predictions of one strategy on test images or studies; all fields in the same order."""

    name: str
    strategy: str
    labels: Sequence[int]  # 0 normal, 1 abnormal
    probabilities: Sequence[float]
    patients: Sequence[str]  # resampled as a whole
    threshold: float | None = None  # chosen in training; drawn as the operating point

    @property
    def positive(self) -> NDArray[np.bool_]:
        """Which rows are abnormal, (n,). Raises ValueError when all or none are, or lengths differ."""
        positive: NDArray[np.bool_] = np.asarray(self.labels) == 1
        if not len(positive) == len(self.probabilities) == len(self.patients):
            raise ValueError(f"{self.name}: labels, probabilities and patients differ in length")
        if positive.all() or not positive.any():
            raise ValueError(f"{self.name}: the test set holds one class only")
        return positive

    @property
    def values(self) -> Values:
        """The probabilities, (n,)."""
        return np.asarray(self.probabilities, dtype=np.float64)

    def weights(self, resamples: int) -> Values:
        """Column 0 counts every row once, each further one as its patient was drawn: (n, 1 + resamples)."""
        drawn = patient_weights(np.asarray(self.patients, dtype=object), resamples)
        return np.concatenate([np.ones((len(drawn), 1)), drawn], axis=1)

    def operating_point(self) -> tuple[float, float] | None:
        """(sensitivity, specificity) at the threshold."""
        if self.threshold is None:
            return None
        called, positive = self.values >= self.threshold, self.positive
        return float(called[positive].mean()), float(1 - called[~positive].mean())


def check_names(scores: Sequence[Scores]) -> None:
    """Raise ValueError when there is no line, or when two lines have the same name."""
    names = [line.name for line in scores]
    if not names:
        raise ValueError("there is no prediction to draw")
    if len(set(names)) < len(names):
        raise ValueError(f"two lines are called '{max(names, key=names.count)}'")


def bands(resampled: Values, confidence: float) -> tuple[Values, Values]:
    """Pointwise bounds of curves: (points, resamples) to two arrays (points,); NaN where undefined.

    Percentiles, since a curve has points on 0 and 1, where a standard error gives no interval.
    """
    bounds = np.array([percentile_interval(row, confidence) for row in resampled])
    return bounds[:, 0], bounds[:, 1]
