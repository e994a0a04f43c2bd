"""What a classifier gives back, and how its scores become calibrated probabilities and a threshold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import roc_auc_score, roc_curve

Scores = NDArray[np.float64]
_NO_SLOPE = 1e-3  # log odds per standard deviation of the scores


@dataclass(frozen=True)
class Fit:
    """A classifier's answer for the test rows.

    `probabilities` is (m,) in test order; `parameters` are the hyperparameters chosen on training
    folds, `selection_auroc` their mean validation AUROC there, `threshold` the probability that
    separates the out-of-fold predictions best (Youden's J); `seconds` of select, fit and predict.
    """

    probabilities: Scores
    parameters: dict[str, float]
    selection_auroc: float
    threshold: float
    seconds: dict[str, float]


class _Scores(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose decision value is its only feature, so that scikit-learn can calibrate it."""

    def fit(self, scores: Scores, labels: NDArray[np.int64]) -> "_Scores":
        self.classes_ = np.unique(labels)
        return self

    def decision_function(self, scores: Scores) -> Scores:
        return scores[:, 0]

    def predict(self, scores: Scores) -> NDArray[np.int64]:
        return (scores[:, 0] > 0).astype(np.int64)


def calibrate(held_out: Scores, labels: NDArray[np.int64], scores: Scores) -> tuple[Scores, Scores]:
    """Platt's sigmoid (scikit-learn), fitted on out-of-fold scores, applied to them and to `scores`.

    Where the folds show no signal the sigmoid would turn the ranking round; then the share of
    positives is given to all, moved by too little to matter but enough to keep the ranking.
    """
    if roc_auc_score(labels, held_out) <= 0.5:
        prior, spread = logit(labels.mean()), _NO_SLOPE / (held_out.std() or 1.0)
        middle = held_out.mean()
        return expit(prior + spread * (held_out - middle)), expit(prior + spread * (scores - middle))
    calibrated = CalibratedClassifierCV(_Scores(), method="sigmoid", cv=2, ensemble=False)
    calibrated.fit(held_out[:, None], labels)
    return calibrated.predict_proba(held_out[:, None])[:, 1], calibrated.predict_proba(scores[:, None])[:, 1]


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
