"""Differences between cells of one test set, paired by resampled patients."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from results.evaluation import plain
from results.uncertainty import Resampled, interval, p_value

OVER_SEEDS = "all"


def differences(
    first: Mapping[int, Resampled], second: Mapping[int, Resampled], confidence: float = 0.95
) -> list[dict[str, Any]]:
    """Second minus first for each seed that both have, and for the means over those seeds (OVER_SEEDS).

    Both sides were resampled by the same patients, so that their difference is paired. Each row holds
    seed, seeds (those compared), first, second, difference, low, high and p (two-sided, not adjusted for the
    number of comparisons: see significance.holm); None where undefined. No common seed: no row.
    """
    seeds = sorted(first.keys() & second.keys())
    rows: list[dict[str, Any]] = [{"seed": seed, "seeds": [seed]} for seed in seeds]
    rows += [{"seed": OVER_SEEDS, "seeds": seeds}] if seeds else []
    for row in rows:
        left, right = (mean_of([side[seed] for seed in row["seeds"]]) for side in (first, second))
        row |= _difference(left, right, confidence)
    return rows


def mean_of(resampled: Sequence[Resampled]) -> Resampled:
    """The mean over one or more cells of one test set (seeds, or backbones), in each resampling too."""
    values, drawn, patients = zip(*resampled, strict=True)
    return Resampled(float(np.mean(values)), np.mean(drawn, axis=0), patients[0])


def difference_of(first: Resampled, second: Resampled) -> Resampled:
    """Second minus first, paired: the value, and in each resampling."""
    return Resampled(second.value - first.value, second.drawn - first.drawn, first.patients)


def _difference(first: Resampled, second: Resampled, confidence: float) -> dict[str, float | None]:
    difference = difference_of(first, second)
    low, high = interval(difference, confidence)
    numbers = {"first": first.value, "second": second.value, "difference": difference.value}
    numbers |= {"low": low, "high": high, "p": p_value(difference)}
    return {name: plain(value) for name, value in numbers.items()}
