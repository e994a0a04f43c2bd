"""What each metric is: from labels, probabilities and (resampling) weights to one value per weighting.

All take labels (n,) of 0 and 1, probabilities (n,) and weights (n, B), and give (B,) float64, equal to
scikit-learn's with `sample_weight` to 1e-12. Where a metric is undefined (one class alone, say) it is NaN.
"""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Labels = NDArray[np.int64]

AT_CHOSEN = "_at_chosen"  # threshold metrics at the threshold from training folds, not at 0.5
_BINS = 10
_SIGNED = ("cohens_kappa", "mcc")  # from -1 on; the others from 0 on


def metric_value(
    name: str, labels: Labels, probabilities: Values, weights: Values, threshold: float
) -> Values:
    """One metric, by its name in `metric_values`, without the work of the others where that is large."""
    positive = labels == 1
    if name == "auroc":
        return auroc(positive, probabilities, weights)
    if name in ("average_precision", "brier", "ece"):
        return metric_values(labels, probabilities, weights, threshold)[name]
    cut = threshold if name.endswith(AT_CHOSEN) else 0.5
    return threshold_metrics(positive, probabilities >= cut, weights)[name.removesuffix(AT_CHOSEN)]


def metric_values(
    labels: Labels, probabilities: Values, weights: Values, threshold: float
) -> dict[str, Values]:
    """Every metric by name: at 0.5 under its own name, at `threshold` with `_at_chosen` behind it."""
    positive = labels == 1
    values = {
        "auroc": auroc(positive, probabilities, weights),
        "average_precision": average_precision(positive, probabilities, weights),
        **threshold_metrics(positive, probabilities >= 0.5, weights),
        "brier": _mean((probabilities - labels) ** 2, weights),
        "ece": expected_calibration_error(labels, probabilities, weights),
    }
    chosen = threshold_metrics(positive, probabilities >= threshold, weights)
    return values | {name + AT_CHOSEN: value for name, value in chosen.items()}


def limits(name: str) -> tuple[float, float]:
    """The least and the largest value that the metric of this name in `metric_values` can have."""
    return (-1.0 if name.removesuffix(AT_CHOSEN) in _SIGNED else 0.0), 1.0


def auroc(positive: NDArray[np.bool_], scores: Values, weights: Values) -> Values:
    """Area under the ROC curve: the weighted share of (positive, negative) pairs in order, ties half."""
    order = np.argsort(scores[~positive], kind="stable")
    negatives = scores[~positive][order]
    below = _cumulative(weights[np.flatnonzero(~positive)[order]])
    at, ours = scores[positive], weights[positive]
    low, high = np.searchsorted(negatives, at, "left"), np.searchsorted(negatives, at, "right")
    won = below[low] if np.array_equal(low, high) else (below[low] + below[high]) / 2
    return _divide(np.einsum("ib,ib->b", ours, won), ours.sum(axis=0) * below[-1])


def average_precision(positive: NDArray[np.bool_], scores: Values, weights: Values) -> Values:
    """Average precision: the mean over positives of the precision at their score (no interpolation)."""
    at = scores[positive]
    true = _weight_from(at, scores[positive], weights[positive])
    false = _weight_from(at, scores[~positive], weights[~positive])
    precision = _divide(true, true + false)
    total = np.einsum("ib,ib->b", weights[positive], np.where(weights[positive] > 0, precision, 0))
    return _divide(total, weights[positive].sum(axis=0))


def threshold_metrics(
    positive: NDArray[np.bool_], predicted: NDArray[np.bool_], weights: Values
) -> dict[str, Values]:
    """The metrics of a yes-or-no prediction."""
    cells = np.stack(
        [positive & predicted, ~positive & predicted, positive & ~predicted, ~positive & ~predicted]
    )
    tp, fp, fn, tn = cells.astype(np.float64) @ weights
    total = tp + fp + fn + tn
    sensitivity, specificity = _divide(tp, tp + fn), _divide(tn, tn + fp)
    accuracy = _divide(tp + tn, total)
    by_chance = _divide((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn), total**2)
    spread = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    correlation = _divide(tp * tn - fp * fn, spread)
    return {
        "cohens_kappa": _divide(accuracy - by_chance, 1 - by_chance),
        "accuracy": accuracy,
        "balanced_accuracy": (sensitivity + specificity) / 2,
        "sensitivity": sensitivity,
        "specificity": specificity,
        "f1": _divide(2 * tp, 2 * tp + fp + fn),
        "mcc": np.where((spread == 0) & (total > 0), 0.0, correlation),  # as scikit-learn has it
    }


def expected_calibration_error(labels: Labels, probabilities: Values, weights: Values) -> Values:
    """Mean gap between probability and observed share over ten equal-width bins (Guo et al. 2017)."""
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    gaps = (np.arange(_BINS)[:, None] == bins) * (labels - probabilities)
    return _divide(np.abs(gaps @ weights).sum(axis=0), weights.sum(axis=0))


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


def _mean(row_values: Values, weights: Values) -> Values:
    return _divide(row_values @ weights, weights.sum(axis=0))


def _divide(numerator: Values, denominator: Values) -> Values:
    """The quotient, NaN where the denominator is zero."""
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator != 0)
