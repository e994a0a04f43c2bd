"""The metrics of a cell's predictions, of two classes or of several, as its record holds them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmark.grid.schema import Evaluation
from benchmark.store.record import Finished
from results.evaluation import UNITS, evaluate
from results.label_tasks import LabelTask
from results.metrics import METRICS
from results.predicted import Predicted
from results.task_evaluation import evaluate_task
from results.task_metrics import metrics_of
from results.uncertainty import INTERVALS, Resampled


def measured(
    predictions: pd.DataFrame,
    task: LabelTask,
    threshold: float,
    thresholds: Mapping[str, float],
    evaluation: Evaluation,
) -> dict[str, Any]:
    """The keys of a record that follow from its predictions: metrics, counts and kind of intervals.

    `threshold` is that of two classes, `thresholds` those of several.
    """
    settings = settings_of(evaluation)
    if task.is_binary:
        return evaluate(predictions, threshold=threshold, **settings)
    return evaluate_task(predictions, task, thresholds=thresholds, **settings)


def is_measured(record: Finished, evaluation: Evaluation) -> bool:
    """Whether a record has every metric of its task, with intervals of this kind and these settings."""
    names = METRICS.keys() if record.label_task.is_binary else metrics_of(record.task).keys()
    known = all(names <= record.metrics.get(unit, {}).keys() for unit in UNITS)
    same = record.evaluation.model_dump() == settings_of(evaluation)
    return known and same and record.intervals == INTERVALS


def measured_again(record: Finished, predictions: pd.DataFrame, evaluation: Evaluation) -> Finished:
    """The record with metrics for these settings; nothing is fitted again."""
    task = record.label_task
    found = measured(predictions, task, record.threshold, record.thresholds, evaluation)
    found["counts"] = record.counts.model_dump(exclude_unset=True) | found["counts"]
    if "class_counts" in found:
        found["class_counts"] = {
            name: record.class_counts.get(name, {}) | own for name, own in found["class_counts"].items()
        }
    return Finished.model_validate(record.to_json() | found | {"evaluation": settings_of(evaluation)})


def settings_of(evaluation: Evaluation) -> dict[str, Any]:
    """The settings of intervals that a record names."""
    return evaluation.model_dump(include={"confidence", "resamples"})


def predicted(predictions: pd.DataFrame, record: Finished) -> Predicted:
    """A cell's predictions, one row per image, as what its labels are, with its thresholds."""
    return Predicted(predictions, record.label_task, record.threshold, record.thresholds)


def resample(predictions: pd.DataFrame, record: Finished, evaluation: Evaluation) -> Resampled:
    """The primary metric of a cell's predictions in every resampling, rounded to float32 as in the file."""
    table = predicted(predictions, record).per_unit(evaluation.unit)
    found = table.resampled(evaluation.primary, evaluation.resamples)
    return found._replace(drawn=found.drawn.astype(np.float32).astype(np.float64))
