"""What a classifier gives back, and how its scores become calibrated probabilities and a threshold."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import roc_curve

from classifiers.selection import Candidate, Folds

Scores = NDArray[np.float64]
_NO_SLOPE = 1e-3  # log odds per standard deviation of the scores


@dataclass(frozen=True)
class Fit:
    """A classifier's answer for the test rows.

    `probabilities` is (m,) in test order; `parameters` are the hyperparameters chosen on training
    folds, `selection_auroc` their mean validation AUROC there, `threshold` the probability that
    separates the out-of-fold predictions best (Youden's J); `seconds` of select (with what prepares it), fit
    (with calibration and threshold) and predict (the test rows);
    `bytes_on_disk` is what must be kept of the fitted model (for a linear one its float32 weights and
    the standardisation) to classify other images.
    """

    probabilities: Scores
    parameters: dict[str, float]
    selection_auroc: float
    threshold: float
    seconds: dict[str, float]
    bytes_on_disk: int


class _Scores(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose decision value is its only feature, so that scikit-learn can calibrate it."""

    def fit(self, scores: Scores, labels: NDArray[np.int64]) -> "_Scores":
        self.classes_ = np.unique(labels)
        return self

    def decision_function(self, scores: Scores) -> Scores:
        return scores[:, 0]

    def predict(self, scores: Scores) -> NDArray[np.int64]:
        return (scores[:, 0] > 0).astype(np.int64)


def conclude(
    best: Candidate,
    labels: NDArray[np.int64],
    folds: Folds,
    scores: Scores,
    seconds: dict[str, float],
    bytes_on_disk: int,
) -> Fit:
    """The chosen candidate's answer: test scores calibrated, a threshold chosen; both count as fitting."""
    began = perf_counter()
    held_out, probabilities = calibrate(best.held_out, labels, folds, scores)
    threshold = choose_threshold(labels, held_out)
    seconds = {**seconds, "fit": seconds["fit"] + perf_counter() - began}
    return Fit(probabilities, best.parameters, best.auroc, threshold, seconds, bytes_on_disk)


def calibrate(
    held_out: Scores, labels: NDArray[np.int64], folds: Folds, scores: Scores
) -> tuple[Scores, Scores]:
    """Platt's sigmoid (scikit-learn), fitted on out-of-fold scores, applied to them and to `scores`.

    Each fold's scores are first moved to a common mean: folds are stratified, so that their means
    differ by their models' intercepts alone. Where these differ by more than the scores themselves,
    or where the sigmoid falls, there is nothing to learn a scale from: then all get the share of
    positives, moved by the score just enough to keep the ranking.
    """
    means = np.array([held_out[rows].mean() for _, rows in folds])
    middle = held_out.mean()
    centred = held_out.copy()
    for mean, (_, rows) in zip(means, folds, strict=True):
        centred[rows] += middle - mean
    sigmoid = CalibratedClassifierCV(_Scores(), method="sigmoid", cv=2, ensemble=False)
    sigmoid.fit(centred[:, None], labels)
    ends = sigmoid.predict_proba(np.array([[centred.min()], [centred.max()]]))[:, 1]
    if means.std() < centred.std() and ends[0] < ends[1]:
        return sigmoid.predict_proba(centred[:, None])[:, 1], sigmoid.predict_proba(scores[:, None])[:, 1]
    prior, slope = logit(labels.mean()), _NO_SLOPE / (held_out.std() or 1.0)
    return expit(prior + slope * (centred - middle)), expit(prior + slope * (scores - middle))


def choose_threshold(labels: NDArray[np.int64], probabilities: Scores) -> float:
    """The cut with the largest sensitivity + specificity (Youden 1950), halfway to the next lower score."""
    false_positive, true_positive, cuts = roc_curve(labels, probabilities)
    best = int(np.argmax(true_positive - false_positive))
    lower = probabilities[probabilities < cuts[best]]
    return (
        float((cuts[best] + lower.max()) / 2)
        if len(lower) and np.isfinite(cuts[best])
        else float(np.min(cuts))
    )
