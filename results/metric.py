"""The class Metric, for the project's metrics and for those of other packages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Labels = NDArray[np.int64]
MetricFunction = Callable[[Labels, Values, Values, float], Values]


class ConfusionCounts(NamedTuple):
    """The four cells of a weighted confusion matrix, each (B,) float64: one value per weighting."""

    tp: Values
    fp: Values
    fn: Values
    tn: Values


def counts_at(labels: Labels, probabilities: Values, weights: Values, threshold: float) -> ConfusionCounts:
    """The confusion matrices of predicting 1 where the probability is at least the threshold."""
    positive, predicted = labels == 1, probabilities >= threshold
    cells = np.stack(
        [positive & predicted, ~positive & predicted, positive & ~predicted, ~positive & ~predicted]
    )
    return ConfusionCounts(*(cells.astype(np.float64) @ weights))


@dataclass(frozen=True)
class Metric:
    """One metric of binary predictions.

    `function(labels, probabilities, weights, threshold)` takes labels (n,) int64 of 0 and 1, probabilities
    (n,) float64, weights (n, B) float64 (how often each row was drawn in each of B resamplings) and the
    threshold, which only a `thresholded` metric uses. It returns (B,) float64, NaN where undefined.

    `limits` are the least and the largest possible value. Between two finite limits an interval is made on
    the log-odds scale; otherwise, such as (0, inf) for the log loss, on the metric's own scale.
    `target` is the value of perfect predictions where both less and more are worse, such as a calibration
    slope of 1: then `higher_is_better` does not apply, and the metric cannot be the primary one.
    `chance` is the value of predictions that know nothing of the label, None where it depends on the data.
    A `thresholded` metric is computed at 0.5 and, under its name + `_at_chosen`, at the threshold that was
    chosen on training images. `phrase` names it in a sentence; the label where empty.

    Other packages add metrics by entry points of the group `benchmark.metrics`, each of which loads a Metric.
    """

    name: str
    label: str
    function: MetricFunction
    limits: tuple[float, float] = (0.0, 1.0)
    higher_is_better: bool = True
    chance: float | None = None
    thresholded: bool = False
    phrase: str = ""
    target: float | None = None
    from_counts: Callable[[ConfusionCounts], Values] | None = None
    """The metric from a confusion matrix, which is computed once for all metrics at one threshold."""


def metric_from_counts(
    name: str,
    label: str,
    from_counts: Callable[[ConfusionCounts], Values],
    *,
    limits: tuple[float, float] = (0.0, 1.0),
    chance: float | None = None,
    phrase: str = "",
) -> Metric:
    """A thresholded metric, higher is better, that depends on the confusion matrix only."""

    def function(labels: Labels, probabilities: Values, weights: Values, threshold: float) -> Values:
        return from_counts(counts_at(labels, probabilities, weights, threshold))

    return Metric(
        name, label, function, limits, True, chance, thresholded=True, phrase=phrase, from_counts=from_counts
    )
