"""Calibrate scores, and choose a threshold, on the unit that is reported: the image or the study."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import roc_curve

from classifiers.selection import Floats, Folds

Labels = NDArray[np.int64]

# Log odds per standard deviation of the scores, used when no scale can be learned from them: four standard
# deviations move a probability by at most 0.001, and different scores stay different in float64.
_FALLBACK_SLOPE = 1e-3
_EDGE = 1e-12  # mean probabilities are clipped to this distance from 0 and 1, where the logarithm is infinite


@dataclass(frozen=True)
class Sigmoid:
    """Scores (m,) to probabilities (m,): the logistic function of slope · (score - middle) + intercept."""

    slope: float
    middle: float = 0.0
    intercept: float = 0.0

    def __call__(self, scores: Floats) -> Floats:
        probabilities: Floats = expit(self.slope * (scores - self.middle) + self.intercept)
        return probabilities


OF_LOG_ODDS = Sigmoid(1.0)  # scores that are log odds as they are


@dataclass(frozen=True, eq=False)
class Units:
    """The unit of each image, as numbers (n,): images of one study have the same. Means are of units."""

    codes: NDArray[np.intp]

    @classmethod
    def of(cls, names: NDArray[Any] | None, images: int) -> "Units":
        """The units of these names (n,), such as studies; None: each image is a unit of its own."""
        if names is None:
            return cls(np.arange(images))
        return cls(np.unique(np.asarray(names).astype(str), return_inverse=True)[1])

    @property
    def are_images(self) -> bool:
        """Whether each unit has one image."""
        return len(self._sizes) == len(self.codes)

    @cached_property
    def _sizes(self) -> NDArray[np.intp]:
        return np.bincount(self.codes)

    def means(self, values: Floats) -> Floats:
        """The mean over each unit's images: (n,) to (n_units,)."""
        return np.bincount(self.codes, values) / self._sizes

    def labels(self, labels: Labels) -> Labels:
        """The label of each unit: that of its first image."""
        return labels[np.unique(self.codes, return_index=True)[1]]


class _Scores(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose decision value is its only feature, so that scikit-learn can calibrate it."""

    def fit(self, scores: Floats, labels: Labels) -> "_Scores":
        self.classes_ = np.unique(labels)
        return self

    def decision_function(self, scores: Floats) -> Floats:
        return scores[:, 0]

    def predict(self, scores: Floats) -> Labels:
        return (scores[:, 0] > 0).astype(np.int64)


def calibrate(
    held_out: Floats, labels: Labels, folds: Folds, units: Units | None = None
) -> tuple[Floats, Sigmoid]:
    """Fit Platt's sigmoid (1999) on out-of-fold scores (n,), so that the mean over a unit is calibrated.

    Returns their probabilities, and the function that maps other scores to probabilities; both of images.
    Each fold's scores are first shifted to a common mean: folds are stratified, so that their means differ
    only by the intercepts of their models. The sigmoid is scikit-learn's where units are images. When the
    means differ more than the scores within the folds, or when the sigmoid decreases, no scale can be
    learned: then every row gets the share of positive units, changed by its score just enough to keep the
    ranking.
    """
    units = units or Units.of(None, len(labels))
    means = np.array([held_out[rows].mean() for _, rows in folds])
    middle = held_out.mean()
    centred = held_out.copy()
    for mean, (_, rows) in zip(means, folds, strict=True):
        centred[rows] += middle - mean
    by_sigmoid = _sigmoid_of_images(centred, labels)
    if not units.are_images:
        by_sigmoid = _sigmoid_of_units(centred, labels, units)
    prior, slope = logit(units.labels(labels).mean()), _FALLBACK_SLOPE / (held_out.std() or 1.0)
    by_rank = Sigmoid(float(slope), float(middle), float(prior))
    ends = by_sigmoid(np.array([centred.min(), centred.max()]))
    calibrated = by_sigmoid if means.std() < centred.std() and ends[0] < ends[1] else by_rank
    return calibrated(centred), calibrated


def _sigmoid_of_images(scores: Floats, labels: Labels) -> Sigmoid:
    """Platt's sigmoid, scikit-learn's."""
    sigmoid = CalibratedClassifierCV(_Scores(), method="sigmoid", cv=2, ensemble=False)
    sigmoid.fit(scores[:, None], labels)
    (fitted,) = sigmoid.calibrated_classifiers_[0].calibrators
    return Sigmoid(-float(fitted.a_), 0.0, -float(fitted.b_))


def _sigmoid_of_units(scores: Floats, labels: Labels, units: Units) -> Sigmoid:
    """The sigmoid whose mean over each unit's images is most likely, given the units' labels.

    Platt's maximum likelihood and his targets, with units in place of images, started at the sigmoid of the
    images: the mean of probabilities that are calibrated per image is pulled towards the middle.
    """
    middle, scale = scores.mean(), scores.std() or 1.0
    standard = (scores - middle) / scale
    ends = logit(_sigmoid_of_images(standard, labels)(np.array([0.0, 1.0])).clip(_EDGE, 1 - _EDGE))
    start = np.array([ends[1] - ends[0], ends[0]])
    targets = _targets(units.labels(labels))

    def loss(sigmoid: Floats) -> tuple[float, Floats]:
        images = expit(sigmoid[0] * standard + sigmoid[1])
        means = units.means(images).clip(_EDGE, 1 - _EDGE)
        value = -np.mean(targets * np.log(means) + (1 - targets) * np.log1p(-means))
        slopes = (means - targets) / (means * (1 - means)) / len(targets)
        change = images * (1 - images)
        gradient = [
            np.sum(slopes * units.means(change * part)) for part in (standard, np.ones_like(standard))
        ]
        return float(value), np.array(gradient)

    slope, intercept = minimize(loss, start, jac=True, method="BFGS").x
    return Sigmoid(float(slope / scale), float(middle), float(intercept))


def _targets(labels: Labels) -> Floats:
    """Platt's targets instead of 0 and 1: as if each class had been seen once more on the other side."""
    positive, negative = int(labels.sum()), int((1 - labels).sum())
    return np.where(labels == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))


def choose_threshold(labels: Labels, probabilities: Floats) -> float:
    """The cut-off with the largest sensitivity + specificity (Youden 1950), halfway to the next lower one."""
    false_positive, true_positive, cuts = roc_curve(labels, probabilities)
    best = int(np.argmax(true_positive - false_positive))
    lower = probabilities[probabilities < cuts[best]]
    return (
        float((cuts[best] + lower.max()) / 2)
        if len(lower) and np.isfinite(cuts[best])
        else float(np.min(cuts))
    )
