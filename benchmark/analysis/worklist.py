"""What ordering the worklist by each strategy's probabilities saves, on the test set."""

from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.leaders import leaders
from benchmark.analysis.resampled_cells import ResampledCells
from results.evaluation import plain, unit_table
from results.metric import Values
from results.uncertainty import patient_weights, percentile_interval
from results.worklist import found_by, gains, read_until

FIRST = (0.2, 0.4, 0.6)  # of the list
SENSITIVITY = 0.95  # of what is read, where the rest is not
MEDIAN = 0.5


def worklist_rows(evaluated: ResampledCells) -> pd.DataFrame:
    """One row per body part and strategy at the largest size: `leaders`, so one trained model each.

    Columns: body_part, strategy, method, train_size, units (studies or images), abnormal, and with `_low` and
    `_high` (percentiles over resampled patients): first_20, first_40, first_60 (share of the abnormal ones
    among that part of the list), median (share of the list read until half of the abnormal ones are) and
    saved (share that need not be read for SENSITIVITY). A part whose test set has one class has no row, nor
    has any of several classes, which have no one order.
    """
    rows: list[dict[str, Any]] = []
    if not evaluated.task.is_binary:
        return pd.DataFrame(rows)
    for part, setting in evaluated.largest.items():
        for record in leaders(evaluated, setting):
            table = unit_table(evaluated.predictions(record), evaluated.evaluation.unit)
            if table["label"].nunique() < 2:
                continue
            row: dict[str, Any] = {
                "body_part": part,
                "strategy": record.strategy,
                "method": f"{record.backbone} · {record.classifier}",
                "train_size": setting.train_size,
                "units": len(table),
                "abnormal": int(table["label"].sum()),
            }
            rows.append(
                row | _measures(table, evaluated.evaluation.resamples, evaluated.evaluation.confidence)
            )
    return pd.DataFrame(rows)


def _measures(table: pd.DataFrame, resamples: int, confidence: float) -> dict[str, float | None]:
    drawn = patient_weights(table["patient"].to_numpy(dtype=object), resamples)
    weights = np.concatenate([np.ones((len(drawn), 1)), drawn], axis=1)
    labels = table["label"].to_numpy(np.int64)
    curve = gains(labels, table["probability"].to_numpy(np.float64), weights)
    first = found_by(curve, np.array(FIRST))
    median, at_sensitivity = read_until(curve, np.array([MEDIAN, SENSITIVITY]))
    values: dict[str, Values] = {
        f"first_{share:.0%}"[:-1]: row for share, row in zip(FIRST, first, strict=True)
    }
    values |= {"median": median, "saved": 1 - at_sensitivity}
    found: dict[str, float | None] = {}
    for name, row in values.items():
        low, high = percentile_interval(row[1:], confidence)
        found |= {name: plain(float(row[0])), f"{name}_low": plain(low), f"{name}_high": plain(high)}
    return found
