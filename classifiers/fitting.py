"""The result of fitting a classifier; calibration of its scores, and choice of a threshold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import roc_curve

from classifiers.selection import Candidate, Floats, Folds
from classifiers.train_and_test import Matrix, TrainTest

Score = Callable[[Matrix], Floats]  # rows (m, d) to one number (m,) each

# Log odds per standard deviation of the scores, used when no scale can be learned from them: four standard
# deviations move a probability by at most 0.001, and different scores stay different in float64.
_FALLBACK_SLOPE = 1e-3


@dataclass(frozen=True)
class Fit:
    """A fitted classifier and its predictions of the test rows.

    `probabilities` is (m,) float64 in test order; `parameters` are the hyperparameters chosen on training
    folds, and `selection_auroc` is their mean AUROC on the validation folds. `threshold` is the probability
    that separates the out-of-fold predictions best (Youden's J). `seconds` has the keys select (with
    preparation), fit (with calibration and threshold) and predict (the test rows). `bytes_on_disk` is the
    size of what is needed to classify other images (for a linear model: float32 weights and standardisation).
    `predictor` maps other rows to probabilities; None for a model that is not in memory (a fine-tuned
    network).
    """

    probabilities: Floats
    parameters: dict[str, float]
    selection_auroc: float
    threshold: float
    seconds: dict[str, float]
    bytes_on_disk: int
    predictor: Score | None = field(default=None, repr=False, compare=False)

    def predict_proba(self, x: Matrix) -> Floats:
        """The probability of label 1, (m,) float64, of rows (m, d) as the classifier was fitted on.

        Raises ValueError for rows of another width, values that are not finite, and a fit that keeps no
        model.
        """
        if self.predictor is None:
            raise ValueError("this fit keeps no model: only its own test rows have probabilities")
        return self.predictor(x)


class _Scores(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose decision value is its only feature, so that scikit-learn can calibrate it."""

    def fit(self, scores: Floats, labels: NDArray[np.int64]) -> "_Scores":
        self.classes_ = np.unique(labels)
        return self

    def decision_function(self, scores: Floats) -> Floats:
        return scores[:, 0]

    def predict(self, scores: Floats) -> NDArray[np.int64]:
        return (scores[:, 0] > 0).astype(np.int64)


def conclude(
    best: Candidate,
    data: TrainTest,
    score: Score,
    seconds: dict[str, float],
    bytes_on_disk: int,
    searched: TrainTest | None = None,
) -> Fit:
    """Score the test rows, calibrate, choose a threshold, and build the Fit.

    `score` is the decision function of the chosen model, fitted on all rows of `data`, for standardised
    rows. `seconds` holds those of select and fit; calibration and threshold are added to fit. `searched` is
    the part of `data` on which `best` was chosen, when it is not the whole.
    """
    searched = searched or data
    began = perf_counter()
    scores = score(data.x_test) if len(data.test) else np.empty(0)
    scored = perf_counter()
    held_out, calibrated = calibrate(best.held_out, searched.labels, searched.folds)
    probabilities = calibrated(scores)
    threshold = choose_threshold(searched.labels, held_out)
    fit = seconds["fit"] + perf_counter() - scored

    def predict(rows: Matrix) -> Floats:
        return calibrated(score(data.standardised(rows))) if len(rows) else np.empty(0)

    return Fit(
        probabilities=probabilities,
        parameters=best.parameters,
        selection_auroc=best.auroc,
        threshold=threshold,
        seconds={"select": seconds["select"], "fit": fit, "predict": scored - began},
        bytes_on_disk=bytes_on_disk,
        predictor=predict,
    )


def calibrate(
    held_out: Floats, labels: NDArray[np.int64], folds: Folds
) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Fit Platt's sigmoid (1999; scikit-learn's) on out-of-fold scores (n,).

    Returns their probabilities, and the function that maps other scores to probabilities. Each fold's
    scores are first shifted to a common mean: folds are stratified, so that their means differ only by the
    intercepts of their models. When the means differ more than the scores within the folds, or when the
    sigmoid decreases, no scale can be learned: then every row gets the share of positives, changed by its
    score just enough to keep the ranking.
    """
    means = np.array([held_out[rows].mean() for _, rows in folds])
    middle = held_out.mean()
    centred = held_out.copy()
    for mean, (_, rows) in zip(means, folds, strict=True):
        centred[rows] += middle - mean
    sigmoid = CalibratedClassifierCV(_Scores(), method="sigmoid", cv=2, ensemble=False)
    sigmoid.fit(centred[:, None], labels)
    prior, slope = logit(labels.mean()), _FALLBACK_SLOPE / (held_out.std() or 1.0)

    def by_sigmoid(scores: Floats) -> Floats:
        return sigmoid.predict_proba(scores[:, None])[:, 1] if len(scores) else scores

    def by_rank(scores: Floats) -> Floats:
        probabilities: Floats = expit(prior + slope * (scores - middle))
        return probabilities

    ends = by_sigmoid(np.array([centred.min(), centred.max()]))
    calibrated = by_sigmoid if means.std() < centred.std() and ends[0] < ends[1] else by_rank
    return calibrated(centred), calibrated


def choose_threshold(labels: NDArray[np.int64], probabilities: Floats) -> float:
    """The cut-off with the largest sensitivity + specificity (Youden 1950), halfway to the next lower one."""
    false_positive, true_positive, cuts = roc_curve(labels, probabilities)
    best = int(np.argmax(true_positive - false_positive))
    lower = probabilities[probabilities < cuts[best]]
    return (
        float((cuts[best] + lower.max()) / 2)
        if len(lower) and np.isfinite(cuts[best])
        else float(np.min(cuts))
    )
