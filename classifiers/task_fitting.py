"""Fit any binary classifier to several classes, grades or findings: one fit per binary problem."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from classifiers.calibration import Units
from classifiers.classifier import Classifier
from classifiers.device_fit import fit_on_device
from classifiers.fitted_model import FittedModel
from classifiers.fitting import Fit
from classifiers.label_problems import LabelProblems, Matrix, named_by_problem
from classifiers.train_and_test import Matrix as Rows
from classifiers.train_and_test import TrainTest
from results.counts import counted

_log = logging.getLogger(__name__)


def fit_task(classifier: Classifier, data: TrainTest, truth: Matrix, problems: LabelProblems) -> Fit:
    """Fit a classifier to each binary problem, and put the calibrated probabilities together.

    The labels of `data` are not used: `truth` (n, classes) holds 1 for the row's class or its findings, 0,
    and NaN for what was not read. Each problem chooses its hyperparameters by its own folds. One whose
    training rows have fewer than two patients with it, or without it, cannot be learnt: every test row then
    gets the share of its positive rows, and a warning is logged.

    The result's `probabilities` are (m, classes) and its `thresholds` by class; `selection_auroc` is the mean
    over the problems that were learnt, `parameters` are named by problem, and there is no `model` but a
    `judge` (`TaskJudge`), where each problem's fit has a model. Raises ValueError where no problem can be
    learnt.
    """
    targets, fits, shares = problems.targets(truth), {}, {}
    held_out = np.full(targets.shape, np.nan)
    for place, name in enumerate(problems.names):
        rows = np.flatnonzero(~np.isnan(targets[:, place]))
        own = _of_problem(data, rows, targets[rows, place].astype(np.int64))
        shares[name] = float(own.labels.mean()) if len(rows) else 0.0
        try:
            _ = own.folds
        except ValueError:
            _log.warning(
                "'%s' is not learnt, every image gets its share in training: %s", name, _why_not(own)
            )
            continue
        fits[name] = fit_on_device(classifier, own)
        held_out[rows, place] = _of_images(fits[name], own)
    if not fits:
        raise ValueError(
            f"none of {len(problems.names)} classes can be learnt: each needs two patients with it and two "
            "without it; use a larger train_size"
        )
    columns = [
        fits[name].probabilities if name in fits else np.full(len(data.test), shares[name])
        for name in problems.names
    ]
    fit = _together(
        data, truth, problems, fits, np.column_stack(columns), _filled(held_out, problems, shares)
    )
    models = {name: own.model for name, own in fits.items() if own.model is not None}
    return replace(fit, judge=TaskJudge(problems, models, shares)) if len(models) == len(fits) else fit


@dataclass(frozen=True, eq=False)
class TaskJudge:
    """What makes probabilities (n, classes) of other rows (n, d): the model of each binary problem.

    A problem without a model was not learnt: every row gets its share of the training rows.
    """

    problems: LabelProblems
    models: Mapping[str, FittedModel]
    shares: Mapping[str, float]

    def __call__(self, rows: Rows) -> Matrix:
        columns = [
            self.models[name].predict_proba(rows)
            if name in self.models
            else np.full(len(rows), self.shares[name])
            for name in self.problems.names
        ]
        return self.problems.combine(np.column_stack(columns))


def _why_not(own: TrainTest) -> str:
    """Why a problem's rows cannot be divided into folds, in the words of several classes."""
    with_it, without = (len(np.unique(own.groups[own.labels == label].astype(str))) for label in (1, 0))
    if min(with_it, without) >= 2:
        return (
            f"no folds by patient hold both of its sides each ({counted(with_it, 'patient')} with it, "
            f"{without} without)"
        )
    return f"{counted(with_it, 'training patient')} with it and {without} without it; it needs two of each"


def _of_problem(data: TrainTest, rows: np.ndarray, labels: np.ndarray) -> TrainTest:
    if len(rows) == len(data.labels):
        return replace(data, labels=labels)
    units = None if data.units is None else data.units[rows]
    return replace(data, train=data.train[rows], labels=labels, groups=data.groups[rows], units=units)


def _of_images(fit: Fit, own: TrainTest) -> np.ndarray:
    """The probability of each training row: that of its unit by a model that had not seen it."""
    if fit.model is None:
        return np.full(len(own.labels), np.nan)
    units = Units.of(own.units, len(own.labels))
    found: np.ndarray = fit.model.held_out.probabilities[units.codes]
    return found


def _filled(held_out: Matrix, problems: LabelProblems, shares: dict[str, float]) -> Matrix:
    """Held-out probabilities where a problem that was not learnt has its share."""
    missing = np.isnan(held_out).all(axis=0)
    known = np.array([shares[name] for name in problems.names])
    return np.where(missing, known, held_out)


def _together(
    data: TrainTest,
    truth: Matrix,
    problems: LabelProblems,
    fits: dict[str, Fit],
    probabilities: Matrix,
    held_out: Matrix,
) -> Fit:
    units = Units.of(data.units, len(data.labels))
    first = np.unique(units.codes, return_index=True)[1]
    known = list(fits.values())
    return Fit(
        probabilities=problems.combine(probabilities),
        parameters=named_by_problem({name: fit.parameters for name, fit in fits.items()}),
        selection_auroc=float(np.mean([fit.selection_auroc for fit in known])),
        threshold=0.5,
        seconds={key: sum(fit.seconds[key] for fit in known) for key in known[0].seconds},
        bytes_on_disk=sum(fit.bytes_on_disk for fit in known),
        thresholds=problems.thresholds(problems.combine(held_out[first]), truth[first]),
        device=data.device if all(fit.device for fit in known) else "",
    )
