"""From the predictions of a cell to its metrics with intervals, per image and study, overall and per part."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from results.metrics import Values, metric_value, metric_values
from results.uncertainty import patient_weights, percentile_interval

Interval = dict[str, float | None]
UNITS = ("study", "image")
_DECIMALS = 12  # equal probabilities stay equal when a different number of views is averaged
_BLOCK = 250  # resamplings at once: their temporary arrays stay in the processor's cache


def evaluate(
    predictions: pd.DataFrame, *, threshold: float, confidence: float = 0.95, resamples: int = 2000
) -> dict[str, Any]:
    """Metrics of one cell as plain values for JSON: `metrics`, `body_part_metrics` and `counts`.

    `predictions` has one row per image: image, study, patient, body_part, label, probability. A
    metric is {"value", "low", "high"}, None where undefined. Body parts are listed when there are
    several. Raises ValueError for a study with two labels.
    """
    tables = {unit: unit_table(predictions, unit) for unit in UNITS}
    overall: dict[str, dict[str, Interval]] = {}
    by_part: dict[str, dict[str, dict[str, Interval]]] = {
        part: {} for part in sorted(predictions["body_part"].unique())
    }
    for unit, table in tables.items():
        weights = patient_weights(table["patient"].to_numpy(dtype=object), resamples)
        overall[unit] = _intervals(table, weights, threshold, confidence)
        for part in by_part if len(by_part) > 1 else ():
            rows = (table["body_part"] == part).to_numpy()
            by_part[part][unit] = _intervals(table[rows], weights[rows], threshold, confidence)
    counts = {
        f"test_{unit}s" if unit == "image" else "test_studies": len(table) for unit, table in tables.items()
    }
    counts |= {
        "test_patients": int(predictions["patient"].nunique()),
        "test_positive_studies": int(tables["study"]["label"].sum()),
    }
    return {"metrics": overall, "body_part_metrics": by_part if len(by_part) > 1 else {}, "counts": counts}


def evaluate_over_seeds(
    predictions: Sequence[pd.DataFrame],
    *,
    metric: str,
    unit: str,
    thresholds: Sequence[float],
    confidence: float = 0.95,
    resamples: int = 2000,
) -> Interval:
    """One metric averaged over the cells of several seeds, all resampled by the same patients."""
    found = [
        resampled_metric(rows, threshold, metric=metric, unit=unit, resamples=resamples)
        for rows, threshold in zip(predictions, thresholds, strict=True)
    ]
    low, high = percentile_interval(np.mean([resampled for _, resampled in found], axis=0), confidence)
    value = float(np.mean([value for value, _ in found]))
    return {"value": plain(value), "low": plain(low), "high": plain(high)}


def resampled_metric(
    predictions: pd.DataFrame, threshold: float, *, metric: str, unit: str, resamples: int
) -> tuple[float, Values]:
    """One metric of one cell, and its value in each resampling of the patients, (resamples,)."""
    table = unit_table(predictions, unit)
    labels = table["label"].to_numpy(np.int64)
    probabilities = table["probability"].to_numpy(np.float64)
    weights = patient_weights(table["patient"].to_numpy(dtype=object), resamples)
    blocks = [np.ones((len(table), 1))]
    blocks += [weights[:, start : start + _BLOCK].astype(np.float64) for start in range(0, resamples, _BLOCK)]
    values = [metric_value(metric, labels, probabilities, block, threshold) for block in blocks]
    return float(values[0][0]), np.concatenate(values[1:])


def unit_table(predictions: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The predictions per image, or per study: the mean of its views' probabilities (MURA's own way)."""
    if unit == "image":
        return predictions
    studies = predictions.groupby("study", sort=True)
    if (studies["label"].nunique() > 1).any():
        study = studies["label"].nunique().idxmax()
        raise ValueError(f"study '{study}' has views with two labels; mend the manifest")
    table = studies.agg(
        patient=("patient", "first"),
        body_part=("body_part", "first"),
        label=("label", "first"),
        probability=("probability", "mean"),
    )
    return table.reset_index().round({"probability": _DECIMALS})


def _intervals(
    table: pd.DataFrame, weights: np.ndarray[Any, Any], threshold: float, confidence: float
) -> dict[str, Interval]:
    values = _all_values(table, np.ones((len(table), 1)), threshold)
    resampled = _all_values(table, weights, threshold)
    intervals = {}
    for name, value in values.items():
        low, high = percentile_interval(resampled[name], confidence)
        defined = np.isfinite(value[0])
        intervals[name] = {
            "value": plain(value[0]),
            "low": plain(low) if defined else None,
            "high": plain(high) if defined else None,
        }
    return intervals


def _all_values(table: pd.DataFrame, weights: np.ndarray[Any, Any], threshold: float) -> dict[str, Values]:
    labels = table["label"].to_numpy(np.int64)
    probabilities = table["probability"].to_numpy(np.float64)
    blocks = [
        metric_values(labels, probabilities, weights[:, start : start + _BLOCK].astype(np.float64), threshold)
        for start in range(0, weights.shape[1], _BLOCK)
    ]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def plain(value: float) -> float | None:
    """The value as JSON can hold it: None for what is not a number."""
    return float(value) if np.isfinite(value) else None
