"""Prediction sets that hold the true class with a promised probability, for patients not seen in training.

Split conformal prediction with the score 1 - probability of the class (Sadinle, Lei and Wasserman 2019),
where the calibration scores are weighted so that each patient counts once (Lee, Barber and Willett 2023):
studies of one patient are not exchangeable with those of others, patients are.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.calibration import Labels, Units
from classifiers.selection import Floats


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Calibrated probabilities of units (studies, or images) by models that had not seen them.

    `probabilities`, `labels` and `patients` (numbers, equal for units of one patient) are (n,).
    """

    probabilities: Floats
    labels: Labels
    patients: NDArray[np.int64]

    @classmethod
    def of(cls, images: Floats, labels: Labels, groups: NDArray[Any], units: Units) -> "HeldOut":
        """The units' means of the images' probabilities (n_images,)."""
        first = np.unique(units.codes, return_index=True)[1]
        patients = np.unique(groups.astype(str), return_inverse=True)[1]
        return cls(units.means(images), units.labels(labels), patients[first].astype(np.int64))


@dataclass(frozen=True)
class ConformalRule:
    """A class belongs to a unit's prediction set when its probability is at least `1 - cut`."""

    cut: float
    coverage: float

    def classes(self, probabilities: Floats) -> NDArray[np.bool_]:
        """Which classes the sets hold: (n, 2) booleans for normal and abnormal."""
        both = np.column_stack([1 - probabilities, probabilities])
        return np.asarray(1 - both <= self.cut)

    def decided(self, probabilities: Floats) -> NDArray[np.bool_]:
        """Where the set holds exactly one class, (n,); elsewhere the model abstains."""
        return np.asarray(self.classes(probabilities).sum(axis=1) == 1)


def conformal_rule(held_out: HeldOut, coverage: float) -> ConformalRule:
    """The rule whose sets hold the true class of a new patient's unit with probability `coverage` or more.

    With too few patients for this coverage the sets hold both classes. Raises ValueError for a coverage
    outside 0 to 1.
    """
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must be between 0 and 1, not {coverage:g}")
    right = np.where(held_out.labels == 1, held_out.probabilities, 1 - held_out.probabilities)
    units_of = np.bincount(held_out.patients)
    patients = int((units_of > 0).sum())
    order = np.argsort(1 - right)
    weights = 1 / units_of[held_out.patients[order]] / (patients + 1)  # the new patient has the rest
    reached = np.flatnonzero(np.cumsum(weights) >= coverage - 1e-12)
    return ConformalRule(float(1 - right[order][reached[0]]) if len(reached) else np.inf, coverage)
