"""The metrics of several classes, grades or findings, vectorised over resampling weights.

All take the truth (n, K) of 0 and 1 (NaN where a finding was not read), probabilities (n, K), weights (n, B)
and thresholds (K,), and return (B,) float64, equal to scikit-learn's with `sample_weight` to 1e-12. Macro
metrics are means over the classes that have both cases with and cases without them in the table; they are NaN
where a resampling lacks one of these.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from results.label_tasks import MULTICLASS, MULTILABEL, ORDINAL, Matrix
from results.metric import MetricFunction, Values
from results.metrics import AT_CHOSEN, METRICS

TaskFunction = Callable[[Matrix, Matrix, Values, Values], Values]
_EDGE = np.finfo(
    np.float64
).eps  # probabilities are clipped to this distance from 0 and 1, as scikit-learn does
_ONE_OF = (MULTICLASS, ORDINAL)


@dataclass(frozen=True)
class TaskMetric:
    """One metric of predictions of several classes, of these `tasks`; the other keys are those of `Metric`.

    A `thresholded` metric of findings is computed at 0.5 and, under its name + `_at_chosen`, at the
    thresholds that were chosen on training images. Where one class is predicted, it is the most probable one.
    """

    name: str
    label: str
    function: TaskFunction
    tasks: tuple[str, ...]
    limits: tuple[float, float] = (0.0, 1.0)
    higher_is_better: bool = True
    chance: float | None = None
    thresholded: bool = False
    phrase: str = ""
    target: float | None = None


def metrics_of(task: str) -> dict[str, TaskMetric]:
    """The metrics of a task by name; empty for the binary one, whose metrics are METRICS."""
    return {name: metric for name, metric in TASK_METRICS.items() if task in metric.tasks}


def task_metric_value(
    name: str, truth: Matrix, probabilities: Matrix, weights: Values, thresholds: Values
) -> Values:
    """One metric by its name in `task_metric_values`: (B,)."""
    cut = thresholds if name.endswith(AT_CHOSEN) else np.full(len(thresholds), 0.5)
    return TASK_METRICS[name.removesuffix(AT_CHOSEN)].function(truth, probabilities, weights, cut)


def task_metric_values(
    task: str, truth: Matrix, probabilities: Matrix, weights: Values, thresholds: Values
) -> dict[str, Values]:
    """Every metric of a task by name, (B,) each."""
    metrics = metrics_of(task)
    names = [*metrics, *(name + AT_CHOSEN for name, metric in metrics.items() if metric.thresholded)]
    return {name: task_metric_value(name, truth, probabilities, weights, thresholds) for name in names}


def with_both(truth: Matrix) -> NDArray[np.intp]:
    """The places of the classes that some rows have and others, where read, have not."""
    return np.flatnonzero((truth == 1).any(axis=0) & (truth == 0).any(axis=0))


def _macro(
    function: MetricFunction, truth: Matrix, probabilities: Matrix, weights: Values, thresholds: Values
) -> Values:
    """The mean of a binary metric over classes, each against the rest, on the rows where it was read."""
    found = list(_each(function, truth, probabilities, weights, thresholds))
    return np.mean(found, axis=0) if found else np.full(weights.shape[1], np.nan)


def _each(
    function: MetricFunction, truth: Matrix, probabilities: Matrix, weights: Values, thresholds: Values
) -> Iterator[Values]:
    for place in with_both(truth):
        read = ~np.isnan(truth[:, place])
        labels = truth[read, place].astype(np.int64)
        yield function(labels, probabilities[read, place], weights[read], float(thresholds[place]))


def confusion(truth: Matrix, probabilities: Matrix, weights: Values) -> Values:
    """Weighted confusion matrices (B, K, K): class by most probable class."""
    classes = truth.shape[1]
    cells = truth.argmax(axis=1) * classes + probabilities.argmax(axis=1)
    members = (np.arange(classes**2)[:, None] == cells).astype(np.float64)
    return np.asarray((members @ weights).T.reshape(-1, classes, classes))


def _accuracy(matrices: Values, present: NDArray[np.intp]) -> Values:
    return _divide(np.trace(matrices, axis1=1, axis2=2), matrices.sum(axis=(1, 2)))


def _balanced_accuracy(matrices: Values, present: NDArray[np.intp]) -> Values:
    recalls = _divide(np.diagonal(matrices, axis1=1, axis2=2), matrices.sum(axis=2))
    return np.asarray(recalls[:, present].mean(axis=1))


def _macro_f1(matrices: Values, present: NDArray[np.intp]) -> Values:
    right = np.diagonal(matrices, axis1=1, axis2=2)
    scores = _divide(2 * right, matrices.sum(axis=1) + matrices.sum(axis=2))
    return np.asarray(scores[:, present].mean(axis=1))


def _kappa(power: int, matrices: Values, present: NDArray[np.intp]) -> Values:
    """Cohen's kappa (1960), or with `power` 2 weighted by the squared difference of grades (Cohen 1968)."""
    places = np.arange(matrices.shape[1])
    distance = np.abs(places[:, None] - places).astype(np.float64)
    cost = distance**power if power else (distance > 0).astype(np.float64)
    total = matrices.sum(axis=(1, 2))
    rows, columns = matrices.sum(axis=2), matrices.sum(axis=1)
    expected = np.einsum("bi,bj,ij->b", rows, columns, cost)
    return 1 - _divide(np.einsum("bij,ij->b", matrices, cost) * total, expected)


def _by_confusion(function: Callable[[Values, NDArray[np.intp]], Values]) -> TaskFunction:
    def metric(truth: Matrix, probabilities: Matrix, weights: Values, thresholds: Values) -> Values:
        present = np.flatnonzero(truth.any(axis=0))
        return function(confusion(truth, probabilities, weights), present)

    return metric


def _log_loss(truth: Matrix, probabilities: Matrix, weights: Values, _: Values) -> Values:
    """Minus the mean logarithm of the probability of the true class."""
    own = (truth * probabilities).sum(axis=1).clip(_EDGE, 1 - _EDGE)
    return _divide(-np.log(own) @ weights, weights.sum(axis=0))


def _brier(truth: Matrix, probabilities: Matrix, weights: Values, _: Values) -> Values:
    """Mean squared distance between probabilities and truth, summed over classes (Brier 1950)."""
    return _divide(((probabilities - truth) ** 2).sum(axis=1) @ weights, weights.sum(axis=0))


def _grade_error(truth: Matrix, probabilities: Matrix, weights: Values, _: Values) -> Values:
    """Mean number of grades between the true and the most probable one."""
    off = np.abs(truth.argmax(axis=1) - probabilities.argmax(axis=1)).astype(np.float64)
    return _divide(off @ weights, weights.sum(axis=0))


def _binary_log_loss(labels: NDArray[np.int64], probabilities: Values, weights: Values, _: float) -> Values:
    own = np.where(labels == 1, probabilities, 1 - probabilities).clip(_EDGE, 1 - _EDGE)
    return _divide(-np.log(own) @ weights, weights.sum(axis=0))


def _divide(numerator: Values, denominator: Values) -> Values:
    """The quotient, NaN where the denominator is zero."""
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator != 0)


def _macro_of(name: str) -> TaskFunction:
    return partial(_macro, METRICS[name].function)


_EVERY = (MULTICLASS, ORDINAL, MULTILABEL)
_INFINITE = (0.0, float("inf"))
_OWN = (
    TaskMetric(
        "macro_auroc",
        "macro AUROC",
        _macro_of("auroc"),
        _EVERY,
        chance=0.5,
        phrase="the mean area under the ROC curve over classes, each against the rest (macro AUROC)",
    ),
    TaskMetric("macro_average_precision", "macro average precision", _macro_of("average_precision"), _EVERY),
    TaskMetric(
        "quadratic_kappa",
        "quadratic kappa",
        _by_confusion(partial(_kappa, 2)),
        (ORDINAL,),
        (-1.0, 1.0),
        chance=0.0,
        phrase="the quadratically weighted kappa",
    ),
    TaskMetric(
        "cohens_kappa", "Cohen's kappa", _by_confusion(partial(_kappa, 0)), _ONE_OF, (-1.0, 1.0), chance=0.0
    ),
    TaskMetric("accuracy", "accuracy", _by_confusion(_accuracy), _ONE_OF),
    TaskMetric("balanced_accuracy", "balanced accuracy", _by_confusion(_balanced_accuracy), _ONE_OF),
    TaskMetric("macro_f1", "macro F1", _by_confusion(_macro_f1), _ONE_OF, phrase="the macro F1 score"),
    TaskMetric(
        "macro_f1_of_findings",
        "macro F1",
        _macro_of("f1"),
        (MULTILABEL,),
        thresholded=True,
        phrase="the macro F1 score",
    ),
    TaskMetric(
        "macro_balanced_accuracy",
        "macro balanced accuracy",
        _macro_of("balanced_accuracy"),
        (MULTILABEL,),
        chance=0.5,
        thresholded=True,
    ),
    TaskMetric("grade_error", "mean error in grades", _grade_error, (ORDINAL,), _INFINITE, False),
    TaskMetric("log_loss", "log loss", _log_loss, _ONE_OF, _INFINITE, False),
    TaskMetric(
        "multiclass_brier",
        "Brier score",
        _brier,
        _ONE_OF,
        (0.0, 2.0),
        False,
        phrase="the Brier score over all classes",
    ),
    TaskMetric(
        "macro_log_loss", "macro log loss", partial(_macro, _binary_log_loss), (MULTILABEL,), _INFINITE, False
    ),
    TaskMetric("macro_brier", "macro Brier score", _macro_of("brier"), (MULTILABEL,), higher_is_better=False),
    TaskMetric(
        "macro_ece",
        "macro calibration error (ECE)",
        _macro_of("ece"),
        _EVERY,
        higher_is_better=False,
        phrase="the expected calibration error of each class (class-wise ECE; Kull et al. 2019)",
    ),
)
TASK_METRICS: dict[str, TaskMetric] = {metric.name: metric for metric in _OWN}
