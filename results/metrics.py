"""The metrics by name, vectorised over resampling weights.

All take labels (n,) of 0 and 1, probabilities (n,) and weights (n, B), and return (B,) float64, equal to
scikit-learn's with `sample_weight` to 1e-12 (calibration slope and intercept: to statsmodels' GLM with
`freq_weights` to 1e-6). Where a metric is undefined (one class alone, say) it is NaN.
"""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

import numpy as np
from numpy.typing import NDArray

from results.calibration import calibration_intercept, calibration_slope
from results.metric import ConfusionCounts, Metric, counts_at, metric_from_counts
from results.metric import Labels as Labels
from results.metric import Values as Values

AT_CHOSEN = "_at_chosen"  # suffix of metrics at the threshold from training folds instead of 0.5
GROUP = "benchmark.metrics"  # entry points by which other packages add metrics
CALIBRATION_BINS = 10  # of equal width; chosen by hand (Guo et al. 2017 use 15 for larger test sets)


def binary_metric(name: str) -> Metric:
    """The metric of two classes of this name, with or without `_at_chosen`. Raises ValueError for another."""
    base = name.removesuffix(AT_CHOSEN)
    if base not in METRICS or (base != name and not METRICS[base].thresholded):
        raise ValueError(f"there is no metric '{name}'; known: {', '.join(METRICS)}")
    return METRICS[base]


def metric_value(
    name: str, labels: Labels, probabilities: Values, weights: Values, threshold: float
) -> Values:
    """One metric, by its name in `metric_values`, without computing the others: (B,)."""
    cut = threshold if name.endswith(AT_CHOSEN) else 0.5
    return binary_metric(name).function(labels, probabilities, weights, cut)


def metric_values(
    labels: Labels, probabilities: Values, weights: Values, threshold: float
) -> dict[str, Values]:
    """Every metric by name: at 0.5 under its own name, at `threshold` under its name + `_at_chosen`."""
    thresholded = [metric for metric in METRICS.values() if metric.thresholded]
    values = _values(METRICS.values(), labels, probabilities, weights, 0.5)
    chosen = _values(thresholded, labels, probabilities, weights, threshold)
    return values | {name + AT_CHOSEN: value for name, value in chosen.items()}


def _values(
    metrics: Iterable[Metric], labels: Labels, probabilities: Values, weights: Values, threshold: float
) -> dict[str, Values]:
    """The metrics at one threshold; those that can share one confusion matrix."""
    counts = counts_at(labels, probabilities, weights, threshold)
    return {
        metric.name: metric.from_counts(counts)
        if metric.from_counts
        else metric.function(labels, probabilities, weights, threshold)
        for metric in metrics
    }


def auroc(labels: Labels | NDArray[np.bool_], scores: Values, weights: Values, _: float = 0.5) -> Values:
    """Area under the ROC curve: the weighted share of (positive, negative) pairs in order, ties half."""
    positive = labels == 1
    order = np.argsort(scores[~positive], kind="stable")
    negatives = scores[~positive][order]
    below = _cumulative(weights[np.flatnonzero(~positive)[order]])
    at, ours = scores[positive], weights[positive]
    low, high = np.searchsorted(negatives, at, "left"), np.searchsorted(negatives, at, "right")
    won = below[low] if np.array_equal(low, high) else (below[low] + below[high]) / 2
    return _divide(np.einsum("ib,ib->b", ours, won), ours.sum(axis=0) * below[-1])


def average_precision(
    labels: Labels | NDArray[np.bool_], scores: Values, weights: Values, _: float = 0.5
) -> Values:
    """Average precision: the mean over positives of the precision at their score (no interpolation)."""
    positive = labels == 1
    at = scores[positive]
    true = _weight_from(at, scores[positive], weights[positive])
    false = _weight_from(at, scores[~positive], weights[~positive])
    precision = _divide(true, true + false)
    total = np.einsum("ib,ib->b", weights[positive], np.where(weights[positive] > 0, precision, 0))
    return _divide(total, weights[positive].sum(axis=0))


def brier_score(labels: Labels, probabilities: Values, weights: Values, _: float = 0.5) -> Values:
    """Mean squared difference between probability and label (Brier 1950)."""
    return _divide((probabilities - labels) ** 2 @ weights, weights.sum(axis=0))


def expected_calibration_error(
    labels: Labels, probabilities: Values, weights: Values, _: float = 0.5
) -> Values:
    """Mean gap between probability and observed share over ten equal-width bins (Guo et al. 2017)."""
    bins = np.minimum((probabilities * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = (np.arange(CALIBRATION_BINS)[:, None] == bins) * (labels - probabilities)
    return _divide(np.abs(gaps @ weights).sum(axis=0), weights.sum(axis=0))


def _accuracy(c: ConfusionCounts) -> Values:
    return _divide(c.tp + c.tn, c.tp + c.fp + c.fn + c.tn)


def _sensitivity(c: ConfusionCounts) -> Values:
    return _divide(c.tp, c.tp + c.fn)


def _specificity(c: ConfusionCounts) -> Values:
    return _divide(c.tn, c.tn + c.fp)


def _balanced_accuracy(c: ConfusionCounts) -> Values:
    return (_sensitivity(c) + _specificity(c)) / 2


def _f1(c: ConfusionCounts) -> Values:
    return _divide(2 * c.tp, 2 * c.tp + c.fp + c.fn)


def _cohens_kappa(c: ConfusionCounts) -> Values:
    """Agreement beyond chance between label and prediction (Cohen 1960)."""
    total = c.tp + c.fp + c.fn + c.tn
    by_chance = _divide((c.tp + c.fp) * (c.tp + c.fn) + (c.fn + c.tn) * (c.fp + c.tn), total**2)
    return _divide(_accuracy(c) - by_chance, 1 - by_chance)


def _mcc(c: ConfusionCounts) -> Values:
    """Matthews' correlation; 0 where a row or column of the matrix is empty, as scikit-learn has it."""
    total = c.tp + c.fp + c.fn + c.tn
    spread = np.sqrt((c.tp + c.fp) * (c.tp + c.fn) * (c.tn + c.fp) * (c.tn + c.fn))
    correlation = _divide(c.tp * c.tn - c.fp * c.fn, spread)
    return np.where((spread == 0) & (total > 0), 0.0, correlation)


def _weight_from(at: Values, scores: Values, weights: Values) -> Values:
    """For each score in `at`, the weight of the rows that score at least as much: (len(at), B)."""
    order = np.argsort(scores, kind="stable")
    below = _cumulative(weights[order])
    at_least: Values = below[-1] - below[np.searchsorted(scores[order], at, "left")]
    return at_least


def _cumulative(weights: Values) -> Values:
    """Sums of the first 0, 1, ..., n rows: (n + 1, B)."""
    sums = np.empty((len(weights) + 1, weights.shape[1]))
    sums[0] = 0
    np.cumsum(weights, axis=0, out=sums[1:])
    return sums


def _divide(numerator: Values, denominator: Values) -> Values:
    """The quotient, NaN where the denominator is zero."""
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator != 0)


_OWN = (
    Metric("auroc", "AUROC", auroc, chance=0.5, phrase="the area under the ROC curve (AUROC)"),
    Metric("average_precision", "average precision", average_precision),
    metric_from_counts("cohens_kappa", "Cohen's kappa", _cohens_kappa, limits=(-1.0, 1.0), chance=0.0),
    metric_from_counts("accuracy", "accuracy", _accuracy),
    metric_from_counts("balanced_accuracy", "balanced accuracy", _balanced_accuracy, chance=0.5),
    metric_from_counts("sensitivity", "sensitivity", _sensitivity),
    metric_from_counts("specificity", "specificity", _specificity),
    metric_from_counts("f1", "F1", _f1, phrase="the F1 score"),
    metric_from_counts(
        "mcc", "MCC", _mcc, limits=(-1.0, 1.0), chance=0.0, phrase="Matthews' correlation coefficient"
    ),
    Metric("brier", "Brier score", brier_score, higher_is_better=False, phrase="the Brier score"),
    Metric(
        "ece",
        "calibration error (ECE)",
        expected_calibration_error,
        higher_is_better=False,
        phrase="the expected calibration error",
    ),
    Metric(
        "calibration_slope",
        "calibration slope",
        calibration_slope,
        (-np.inf, np.inf),
        target=1.0,
        phrase="the calibration slope",
    ),
    Metric(
        "calibration_intercept",
        "calibration intercept",
        calibration_intercept,
        (-np.inf, np.inf),
        target=0.0,
        phrase="the calibration intercept (in the large)",
    ),
)


def with_entry_points(own: Iterable[Metric], points: Iterable[EntryPoint]) -> dict[str, Metric]:
    """The own metrics by name, then those that the entry points load.

    Raises ValueError that names the entry point and its package where it cannot be imported, is no Metric,
    or has a name that is taken or ends with `_at_chosen`.
    """
    metrics = {metric.name: metric for metric in own}
    for point in points:
        package = point.dist.name if point.dist else "unknown"
        described = f"entry point '{point.name} = {point.value}' (group {GROUP}, package {package})"
        try:
            metric = point.load()
        except Exception as error:  # another package's module may raise anything at its import
            raise ValueError(
                f"{described} cannot be imported ({type(error).__name__}: {error}); "
                "repair or uninstall the package"
            ) from error
        if not isinstance(metric, Metric):
            raise ValueError(f"{described} must load a results.metric.Metric, not a {type(metric).__name__}")
        if metric.name in metrics or metric.name.endswith(AT_CHOSEN):
            raise ValueError(f"{described}: the name '{metric.name}' is taken; choose another name")
        metrics[metric.name] = metric
    return metrics


METRICS: dict[str, Metric] = with_entry_points(_OWN, entry_points(group=GROUP))
