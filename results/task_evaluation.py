"""The metrics of predictions of several classes, grades or findings, overall, per body part and per class."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from results.evaluation import BLOCK, UNITS, Interval, evaluate, with_interval
from results.label_tasks import MULTILABEL, LabelTask, one_of_task
from results.metric import Values
from results.task_metrics import task_metric_values, with_both
from results.uncertainty import INTERVALS, Resampled, fewest_patients, patient_weights

_DECIMALS = 12  # as results.evaluation


def evaluate_task(
    predictions: pd.DataFrame,
    task: LabelTask,
    *,
    thresholds: Mapping[str, float],
    confidence: float = 0.95,
    resamples: int = 2000,
) -> dict[str, Any]:
    """Metrics of one cell as plain values for JSON; the keys are those of `results.evaluation.evaluate`.

    Besides, `class_metrics`: of each class against the rest, or of each finding, the metrics of a binary task
    at 0.5 and at its threshold; and `class_counts`: its test studies and patients, and of findings those that
    were read. `predictions` are those of `results.label_tasks`, one row per image. A class that no test
    patient has, or every one, has no metrics. Raises ValueError for a study with two labels.
    """
    cuts = threshold_array(task, thresholds)
    overall: dict[str, dict[str, Interval]] = {}
    parts = sorted(predictions["body_part"].unique())
    by_part: dict[str, dict[str, dict[str, Interval]]] = {part: {} for part in parts}
    for unit in UNITS:
        table = task_unit_table(predictions, task, unit)
        weights = patient_weights(table["patient"].to_numpy(dtype=object), resamples)
        overall[unit] = _intervals(table, task, weights, cuts, confidence)
        for part in parts if len(parts) > 1 else ():
            rows = (table["body_part"] == part).to_numpy()
            by_part[part][unit] = _intervals(table[rows], task, weights[rows], cuts, confidence)
    studies = task_unit_table(predictions, task, "study")
    positive = (task.truth(studies) == 1).any(axis=1).sum() if task.kind == MULTILABEL else 0
    return {
        "metrics": overall,
        "body_part_metrics": by_part if len(parts) > 1 else {},
        "class_metrics": dict(_of_classes(predictions, task, thresholds, confidence, resamples)),
        "class_counts": _class_counts(studies, task),
        "counts": {
            "test_images": len(predictions),
            "test_studies": len(studies),
            "test_patients": int(predictions["patient"].nunique()),
            "test_positive_studies": int(positive),
        },
        "intervals": INTERVALS,
    }


def task_unit_table(predictions: pd.DataFrame, task: LabelTask, unit: str) -> pd.DataFrame:
    """The predictions per image, or per study: the means of its images' probabilities.

    Raises ValueError for a study with two labels.
    """
    if unit == "image":
        return predictions
    codes, _ = pd.factorize(predictions["study"], sort=True)
    first = np.unique(codes, return_index=True)[1]
    labels = predictions[task.label_columns].to_numpy(np.float64)
    of_first = labels[first][codes]
    mixed = np.flatnonzero(~((labels == of_first) | (np.isnan(labels) & np.isnan(of_first))).all(axis=1))
    if len(mixed):
        study = predictions["study"].iloc[mixed[0]]
        raise ValueError(f"study '{study}' has views with two labels; correct the manifest")
    sizes = np.bincount(codes)
    means = {
        column: (np.bincount(codes, predictions[column].to_numpy(np.float64)) / sizes).round(_DECIMALS)
        for column in task.probability_columns
    }
    kept = ["study", "patient", "body_part", *task.label_columns]
    return predictions[kept].iloc[first].reset_index(drop=True).assign(**means)


def rarest(table: pd.DataFrame, task: LabelTask) -> int:
    """The patients of the rarest class or finding, or of those without it, where there are both; else 0."""
    truth, patients = task.truth(table), table["patient"].to_numpy(dtype=object)
    counts = []
    for place in with_both(truth):
        read = ~np.isnan(truth[:, place])
        counts.append(fewest_patients(patients[read], truth[read, place].astype(np.int64)))
    return min(counts, default=0)


def threshold_array(task: LabelTask, thresholds: Mapping[str, float]) -> Values:
    """The threshold of each class, 0.5 where none was chosen."""
    return np.array([thresholds.get(name, 0.5) for name in task.classes])


def _intervals(
    table: pd.DataFrame,
    task: LabelTask,
    weights: np.ndarray[Any, Any],
    cuts: Values,
    confidence: float,
) -> dict[str, Interval]:
    truth, probabilities, patients = task.truth(table), task.probabilities(table), rarest(table, task)
    once = np.ones((len(table), 1))
    values = task_metric_values(task.kind, truth, probabilities, once, cuts)
    drawn = [task_metric_values(task.kind, truth, probabilities, block, cuts) for block in _blocks(weights)]
    found = {}
    for name, value in values.items():
        resampled = Resampled(float(value[0]), np.concatenate([block[name] for block in drawn]), patients)
        found[name] = with_interval(name, resampled, confidence)
    return found


def _blocks(weights: np.ndarray[Any, Any]) -> Iterator[Values]:
    for start in range(0, weights.shape[1], BLOCK):
        yield weights[:, start : start + BLOCK].astype(np.float64)


def _of_classes(
    predictions: pd.DataFrame,
    task: LabelTask,
    thresholds: Mapping[str, float],
    confidence: float,
    resamples: int,
) -> Iterator[tuple[str, dict[str, dict[str, Interval]]]]:
    """The metrics of each class as a binary task; none of one that all rows have, or none."""
    truth = task.truth(predictions)
    for place in with_both(truth):
        name = task.classes[place]
        own = one_of_task(predictions, task, name)
        cut = thresholds.get(name, 0.5)
        yield name, evaluate(own, threshold=cut, confidence=confidence, resamples=resamples)["metrics"]


def _class_counts(studies: pd.DataFrame, task: LabelTask) -> dict[str, dict[str, int]]:
    truth = task.truth(studies)
    return {
        name: {
            "test_studies": int((column == 1).sum()),
            "test_patients": int(studies["patient"][column == 1].nunique()),
            "test_read": int((~np.isnan(column)).sum()),
        }
        for name, column in zip(task.classes, truth.T, strict=True)
    }
