"""Compute the metrics of a cell's predictions with intervals: per image and study, overall and per part."""

from typing import Any

import numpy as np
import pandas as pd

from results.metric_lookup import limits
from results.metrics import Values, metric_values
from results.uncertainty import INTERVALS, Resampled, fewest_patients, interval, patient_weights

Interval = dict[str, float | None]
UNITS = ("study", "image")
_DECIMALS = 12  # rounding, so that means over different numbers of equal probabilities are equal
BLOCK = 250  # resamplings at once, so that temporary arrays fit the processor's cache; chosen by hand


def evaluate(
    predictions: pd.DataFrame, *, threshold: float, confidence: float = 0.95, resamples: int = 2000
) -> dict[str, Any]:
    """Metrics of one cell as plain values for JSON: `metrics`, `body_part_metrics`, `counts`, `intervals`.

    `predictions` has one row per image: image, study, patient, body_part, label, probability. A
    metric is {"value", "low", "high"}, None where undefined; a value on a limit of its metric (a perfect
    AUROC, say) has a one-sided bound. Body parts are listed when there are several. `intervals` names how
    they were made (`uncertainty.INTERVALS`). Raises ValueError for a study with two labels.
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
    parts = by_part if len(by_part) > 1 else {}
    return {"metrics": overall, "body_part_metrics": parts, "counts": counts, "intervals": INTERVALS}


def _patients(table: pd.DataFrame) -> int:
    return fewest_patients(table["patient"].to_numpy(dtype=object), table["label"].to_numpy(np.int64))


def unit_table(predictions: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The predictions per image, or per study: the mean of its images' probabilities (Rajpurkar et al. 2018).

    Raises ValueError for a study with two labels.
    """
    if unit == "image":
        return predictions
    codes, _ = pd.factorize(predictions["study"], sort=True)
    first = np.flatnonzero(~pd.Series(codes).duplicated())
    first = first[np.argsort(codes[first])]  # of each study, in the order of their names
    labels = predictions["label"].to_numpy()
    mixed = np.flatnonzero(labels != labels[first][codes])
    if len(mixed):
        study = predictions["study"].iloc[mixed[0]]
        raise ValueError(f"study '{study}' has views with two labels; correct the manifest")
    means = np.bincount(codes, predictions["probability"].to_numpy(np.float64)) / np.bincount(codes)
    table = predictions[["study", "patient", "body_part", "label"]].iloc[first].reset_index(drop=True)
    return table.assign(probability=means.round(_DECIMALS))


def _intervals(
    table: pd.DataFrame, weights: np.ndarray[Any, Any], threshold: float, confidence: float
) -> dict[str, Interval]:
    values = _all_values(table, np.ones((len(table), 1)), threshold)
    drawn, patients = _all_values(table, weights, threshold), _patients(table)
    return {
        name: with_interval(name, Resampled(float(value[0]), drawn[name], patients), confidence)
        for name, value in values.items()
    }


def with_interval(metric: str, resampled: Resampled, confidence: float) -> Interval:
    """A resampled metric as plain values: value, low, high; None where undefined."""
    low, high = interval(resampled, confidence, limits(metric))
    return {"value": plain(resampled.value), "low": plain(low), "high": plain(high)}


def _all_values(table: pd.DataFrame, weights: np.ndarray[Any, Any], threshold: float) -> dict[str, Values]:
    labels = table["label"].to_numpy(np.int64)
    probabilities = table["probability"].to_numpy(np.float64)
    blocks = [
        metric_values(labels, probabilities, weights[:, start : start + BLOCK].astype(np.float64), threshold)
        for start in range(0, weights.shape[1], BLOCK)
    ]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def plain(value: float) -> float | None:
    """Convert NaN and infinity to None, for JSON."""
    return float(value) if np.isfinite(value) else None
