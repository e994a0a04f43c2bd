"""The result of fitting a classifier, and how every classifier concludes its fit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.calibration import Units, calibrate, choose_threshold
from classifiers.conformal import HeldOut
from classifiers.decision_functions import DecisionFunction
from classifiers.fitted_model import FittedModel, Standardisation
from classifiers.selection import Candidate, Floats
from classifiers.train_and_test import Matrix, TrainTest


@dataclass(frozen=True)
class Fit:
    """A fitted classifier and its predictions of the test rows.

    `probabilities` is (m,) float64 in test order; `parameters` are the hyperparameters chosen on training
    folds, and `selection_auroc` is their mean AUROC on the validation folds. `threshold` is the probability
    that separates the out-of-fold predictions of studies (or images) best (Youden's J). `seconds` has the
    keys select (with preparation), fit (with calibration and threshold) and predict (the test rows).
    `bytes_on_disk` is the size of what is needed to classify other images (for a linear model: float32
    weights and standardisation).
    `model` classifies other images; None where the classifier gives none. `device` is the one of `TrainTest`
    where the classifier used it, else empty.

    Of several classes, grades or findings, `probabilities` is (m, classes), and `thresholds` holds that of
    each class (`classifiers.task_fitting`); it is empty of two classes. `judge` then stands for `model`: it
    makes (n, classes) of other rows (n, d), or of the outputs of a fine-tuned network; None where the
    classifier gives none.
    """

    probabilities: Floats
    parameters: dict[str, float]
    selection_auroc: float
    threshold: float
    seconds: dict[str, float]
    bytes_on_disk: int
    model: FittedModel | None = field(default=None, repr=False, compare=False)
    thresholds: dict[str, float] = field(default_factory=dict)
    device: str = ""
    judge: Callable[[NDArray[Any]], Floats] | None = field(default=None, repr=False, compare=False)

    @property
    def judges_others(self) -> bool:
        """Whether it can give other rows than its own test rows a probability."""
        return self.model is not None or self.judge is not None

    def predict_proba(self, x: Matrix) -> Floats:
        """The probability of label 1, (m,) float64, of rows (m, d) as the classifier was fitted on.

        Of several classes, grades or findings (m, classes). Raises ValueError for rows of another width,
        values that are not finite, and a fit that keeps no model.
        """
        if self.judge is not None:
            return self.judge(x)
        if self.model is None:
            raise ValueError("this fit keeps no model: only its own test rows have probabilities")
        return self.model.predict_proba(x)


def conclude(
    best: Candidate,
    data: TrainTest,
    score: DecisionFunction,
    seconds: dict[str, float],
    bytes_on_disk: int,
    searched: TrainTest | None = None,
    device: str = "",
) -> Fit:
    """Score the test rows, calibrate, choose a threshold, and build the Fit.

    `score` is the decision function of the chosen model, fitted on all rows of `data`, for standardised
    rows. `seconds` holds those of select and fit; calibration and threshold are added to fit. `searched` is
    the part of `data` on which `best` was chosen, when it is not the whole; `device` is that of `data` where
    the classifier used it.
    """
    searched = searched or data
    began = perf_counter()
    scores = score(data.x_test) if len(data.test) else np.empty(0)
    scored = perf_counter()
    units = Units.of(searched.units, len(searched.labels))
    held_out, calibrated = calibrate(best.held_out, searched.labels, searched.folds, units)
    probabilities = calibrated(scores)
    threshold = choose_threshold(units.labels(searched.labels), units.means(held_out))
    fit = seconds["fit"] + perf_counter() - scored
    return Fit(
        probabilities=probabilities,
        parameters=best.parameters,
        selection_auroc=best.auroc,
        threshold=threshold,
        seconds={"select": seconds["select"], "fit": fit, "predict": scored - began},
        bytes_on_disk=bytes_on_disk,
        model=FittedModel(
            Standardisation(*data.scaling),
            score,
            calibrated,
            HeldOut.of(held_out, searched.labels, searched.groups, units),
        ),
        device=device,
    )
