"""ROC and precision-recall curves at given x values, for every weighting of the rows."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from results.metrics import Values, auroc, average_precision

Positive = NDArray[np.bool_]
_GRID = np.linspace(0, 1, 201)


class Plane(NamedTuple):
    """Two axes, a curve in them and the place of an operating point."""

    x: str
    y: str
    metric: str  # the area below the curve
    grid: Values  # (k,) x values
    curve: Callable[[Positive, Values, Values], Values]  # positive and scores (n,), weights (n, B): y (k, B)
    area: Callable[[Positive, Values, Values], Values]  # the same: (B,)
    chance: Callable[[float], tuple[float, float]]  # prevalence: y at x = 0 and x = 1 of random predictions
    place: Callable[[float, float, float], tuple[float, float]]  # sensitivity, specificity, prevalence


def _counts(positive: Positive, scores: Values, weights: Values) -> tuple[Values, Values]:
    """Weight of the true and of the false positives at each distinct score, descending: (t, B) each."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    true = np.cumsum(weights[order] * positive[order, None], axis=0)[ends]
    false = np.cumsum(weights[order] * ~positive[order, None], axis=0)[ends]
    return true, false


def _share(part: Values, whole: Values) -> Values:
    share = np.full(np.broadcast(part, whole).shape, np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share


def _roc(positive: Positive, scores: Values, weights: Values) -> Values:
    """The largest sensitivity at each false positive rate, straight between thresholds."""
    true, false = (
        np.vstack([np.zeros_like(counts[:1]), counts]) for counts in _counts(positive, scores, weights)
    )
    sensitivity, false_rate = _share(true, true[-1]), _share(false, false[-1])
    columns = zip(false_rate.T, sensitivity.T, strict=True)
    return np.column_stack([np.interp(_GRID, across, up) for across, up in columns])


def _precision(positive: Positive, scores: Values, weights: Values) -> Values:
    """The precision at the first threshold that reaches each recall, not interpolated.

    Linear interpolation would be too optimistic (Davis and Goadrich 2006).
    """
    true, false = _counts(positive, scores, weights)
    precision, recall = _share(true, true + false), _share(true, true[-1])
    reached = [np.searchsorted(column, _GRID[1:] - 1e-12).clip(max=len(recall) - 1) for column in recall.T]
    return np.column_stack([column[at] for column, at in zip(precision.T, reached, strict=True)])


def _in_roc(sensitivity: float, specificity: float, prevalence: float) -> tuple[float, float]:
    return 1 - specificity, sensitivity


def _in_precision_recall(sensitivity: float, specificity: float, prevalence: float) -> tuple[float, float]:
    true, false = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    return sensitivity, true / (true + false) if true + false else float("nan")


ROC = Plane("1 − specificity", "sensitivity", "auroc", _GRID, _roc, auroc, lambda _: (0, 1), _in_roc)
PRECISION_RECALL = Plane(
    "sensitivity (recall)",
    "precision",
    "average_precision",
    _GRID[1:],
    _precision,
    average_precision,
    lambda prevalence: (prevalence, prevalence),
    _in_precision_recall,
)
