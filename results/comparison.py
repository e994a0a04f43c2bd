"""Frozen against fine-tuned: differences between cells of one test set, paired by resampled patients."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from results.evaluation import plain
from results.metrics import Values
from results.uncertainty import percentile_interval

Resampled = tuple[float, Values]  # a metric's value, and its value in each resampling of the test patients
OVER_SEEDS = "all"


def differences(
    first: Mapping[int, Resampled], second: Mapping[int, Resampled], confidence: float = 0.95
) -> list[dict[str, Any]]:
    """Second minus first for each seed that both have, and for the means over those seeds (OVER_SEEDS).

    Both sides were resampled by the same patients, so that their difference is paired. Each row holds
    seed, seeds (those compared), first, second, difference, low and high; None where undefined. No
    common seed: no row.
    """
    seeds = sorted(first.keys() & second.keys())
    rows: list[dict[str, Any]] = [{"seed": seed, "seeds": [seed]} for seed in seeds]
    rows += [{"seed": OVER_SEEDS, "seeds": seeds}] if seeds else []
    for row in rows:
        left, right = ([side[seed] for seed in row["seeds"]] for side in (first, second))
        row |= _difference(left, right, confidence)
    return rows


def _difference(first: list[Resampled], second: list[Resampled], confidence: float) -> dict[str, Any]:
    values = [float(np.mean([value for value, _ in side])) for side in (first, second)]
    resampled = [np.mean([drawn for _, drawn in side], axis=0) for side in (first, second)]
    low, high = percentile_interval(resampled[1] - resampled[0], confidence)
    numbers = {
        "first": values[0],
        "second": values[1],
        "difference": values[1] - values[0],
        "low": low,
        "high": high,
    }
    return {name: plain(value) for name, value in numbers.items()}
