"""Several classes, grades or findings as binary problems, and their probabilities put together again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.calibration import choose_threshold

MULTICLASS, MULTILABEL, ORDINAL = "multiclass", "multilabel", "ordinal"
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class LabelProblems:
    """The binary problems of a task with these classes, grades (in order) or findings.

    `multiclass`: each class against the rest (Rifkin and Klautau 2004, JMLR 5:101). `ordinal`: for each grade
    but the first, that grade or more (Frank and Hall 2001, ECML). `multilabel`: each finding, on the rows
    where it was read.
    """

    kind: str
    classes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the binary problems."""
        if self.kind == ORDINAL:
            return tuple(f"{name} or more" for name in self.classes[1:])
        return self.classes

    def targets(self, truth: Matrix) -> Matrix:
        """The label of each problem (n, problems) of 0 and 1, NaN where unknown.

        `truth` (n, classes) holds 1 for the row's class or its findings, 0, and NaN for what was not read.
        """
        if self.kind != ORDINAL:
            return truth
        reached = truth.argmax(axis=1)[:, None] >= np.arange(1, len(self.classes))
        return np.asarray(reached, np.float64)

    def combine(self, probabilities: Matrix) -> Matrix:
        """The probability of each class or finding (m, classes), from those of the problems (m, problems).

        Of classes they are divided by their sum (Zadrozny and Elkan 2002, KDD); those of grades are the
        differences of the problems' probabilities, which never rise from one grade to the next.
        """
        if self.kind == MULTILABEL:
            return probabilities
        if self.kind == MULTICLASS:
            total = probabilities.sum(axis=1, keepdims=True)
            even = np.full_like(probabilities, 1 / len(self.classes))
            return np.asarray(np.divide(probabilities, total, out=even, where=total > 0))
        falling = np.minimum.accumulate(probabilities, axis=1)
        ends = np.ones((len(falling), 1)), np.zeros((len(falling), 1))
        return np.asarray(-np.diff(np.concatenate([ends[0], falling, ends[1]], axis=1), axis=1))

    def thresholds(self, held_out: Matrix, truth: Matrix) -> dict[str, float]:
        """The threshold of each class (Youden's J) from probabilities of training units (n, classes).

        A class that has no row with it, or none without it, has none.
        """
        found: dict[str, float] = {}
        for name, probability, known in zip(self.classes, held_out.T, truth.T, strict=True):
            read = ~(np.isnan(known) | np.isnan(probability))
            labels = known[read].astype(np.int64)
            if 0 < labels.sum() < len(labels):
                found[name] = choose_threshold(labels, probability[read])
        return found


def named_by_problem(parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The parameters of every problem in one mapping, under `problem: parameter`."""
    return {f"{name}: {key}": value for name, own in parameters.items() for key, value in own.items()}
