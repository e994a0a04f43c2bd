"""Calibrate the outputs of a fine-tuned network for several classes, and choose a threshold for each."""

from dataclasses import dataclass

import numpy as np

from classifiers.calibration import OF_LOG_ODDS, Labels, Sigmoid, Units, calibrate
from classifiers.fine_tuning.task_outputs import problem_odds
from classifiers.label_problems import LabelProblems, Matrix
from classifiers.selection import Floats, Folds, Rows


@dataclass(frozen=True, eq=False)
class HeldOutOutputs:
    """Outputs (n, problems) of images that their network had not seen, and their truth (n, classes)."""

    outputs: Matrix
    truth: Matrix
    folds: Folds
    units: Units


@dataclass(frozen=True)
class TaskCalibration:
    """Outputs (m, problems) of a network to calibrated probabilities (m, classes): a sigmoid per problem."""

    problems: LabelProblems
    sigmoids: tuple[Sigmoid, ...]

    def __call__(self, outputs: Matrix) -> Matrix:
        odds = problem_odds(self.problems, outputs)
        columns = [sigmoid(column) for sigmoid, column in zip(self.sigmoids, odds.T, strict=True)]
        return self.problems.combine(np.column_stack(columns))


def calibrate_task(
    held_out: HeldOutOutputs, problems: LabelProblems
) -> tuple[TaskCalibration, dict[str, float]]:
    """What calibrates the network's outputs, and the threshold of each class.

    The log odds of each binary problem are calibrated by Platt's sigmoid as those of two classes are, and the
    probabilities are put together again as those of frozen classifiers (`LabelProblems.combine`). A problem
    with fewer than two units of a side keeps its probabilities as they are.
    """
    own = problem_odds(problems, held_out.outputs)
    targets = problems.targets(held_out.truth)
    sigmoids = tuple(_sigmoid(own[:, k], targets[:, k], held_out) for k in range(len(problems.names)))
    first = np.unique(held_out.units.codes, return_index=True)[1]
    known = np.column_stack(
        [
            held_out.units.means(sigmoid(column))
            for sigmoid, column in zip(sigmoids, _centred(own, held_out.folds).T, strict=True)
        ]
    )
    thresholds = problems.thresholds(problems.combine(known), held_out.truth[first])
    return TaskCalibration(problems, sigmoids), thresholds


def _sigmoid(odds: Floats, target: Floats, held_out: HeldOutOutputs) -> Sigmoid:
    """Platt's sigmoid of one problem, from the rows where it is known."""
    rows = np.flatnonzero(~np.isnan(target))
    if not len(rows):
        return OF_LOG_ODDS
    labels: Labels = target[rows].astype(np.int64)
    units = Units.of(held_out.units.codes[rows], len(rows))
    if min(np.bincount(units.labels(labels), minlength=2)) < 2:
        return OF_LOG_ODDS
    folds = [(np.arange(0), own) for _, held in held_out.folds if len(own := _among(rows, held))]
    return calibrate(odds[rows], labels, folds, units)[1]


def _among(rows: Rows, held: Rows) -> Rows:
    """The positions of a fold's rows among the known ones."""
    return np.flatnonzero(np.isin(rows, held))


def _centred(odds: Matrix, folds: Folds) -> Matrix:
    """Each fold's log odds shifted to the common mean, as `calibrate` does before it fits."""
    centred = odds.copy()
    for _, rows in folds:
        centred[rows] += odds.mean(axis=0) - odds[rows].mean(axis=0)
    return centred
