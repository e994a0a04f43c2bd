"""Metrics by name, whether of two classes or of several, and which metrics a task has."""

import numpy as np

from results.label_tasks import BINARY, ORDINAL
from results.metric import Metric
from results.metrics import AT_CHOSEN, METRICS, binary_metric
from results.task_metrics import TASK_METRICS, TaskMetric, metrics_of


def metric_named(name: str) -> Metric | TaskMetric:
    """The metric of this name, with or without `_at_chosen`, of two classes or of several.

    Raises ValueError for an unknown name.
    """
    base = name.removesuffix(AT_CHOSEN)
    known = None if base in METRICS else TASK_METRICS.get(base)
    return known or binary_metric(name)


def limits(name: str) -> tuple[float, float] | None:
    """The least and the largest value of the metric of this name; None where one of them is infinite."""
    found = metric_named(name).limits
    return found if np.isfinite(found).all() else None


def metric_names(task: str) -> tuple[str, ...]:
    """The names of a task's metrics by which methods can be compared."""
    metrics = METRICS if task == BINARY else metrics_of(task)
    return tuple(name for name, metric in metrics.items() if metric.target is None)


def default_primary(task: str) -> str:
    """The metric that decides where a grid names none."""
    return {BINARY: "auroc", ORDINAL: "quadratic_kappa"}.get(task, "macro_auroc")
