"""How often 95 % intervals hold the true value, and how often they find a difference where none is."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from results.metric_lookup import limits
from results.uncertainty import Resampled, fewest_patients
from tests.validity.intervals import IN_USE, INTERVALS, Quantity
from tests.validity.resampling import metrics_of, names_of, values_of, weights_of, without_each
from tests.validity.simulation import Sample, Values, World, draw, generator
from tests.validity.worlds import BETTER, EQUAL, METRICS, WEAKER, WORLDS, true_values

SIZES = {200: 2, 1200: 1}  # studies: how many times the data sets asked for (cheap ones, nearer the limits)
SINGLE = {"weaker": WEAKER, "better": BETTER}
DIFFERENCES = {"better − weaker": (BETTER, WEAKER), "equal − weaker": (EQUAL, WEAKER)}
NO_DIFFERENCE = "equal − weaker"


def coverage(datasets: int) -> pd.DataFrame:
    """Every world and size: one row per quantity, metric and interval."""
    rows = [
        row
        for name, world in WORLDS.items()
        for population in [true_values(name, world)]
        for studies, times in SIZES.items()
        for row in _coverage(name, world, studies, times * datasets, population)
    ]
    return pd.DataFrame(rows)


def widths(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per size, of the rows of `coverage`: by how much the interval in use is wider, mean and most."""
    mean = rows.pivot_table(index=["studies", "world", "of", "metric"], columns="interval", values="width")
    wider = (mean[IN_USE] / mean["percentile"] - 1).groupby("studies")
    return pd.DataFrame({"mean_wider": wider.mean(), "most_wider": wider.max()}).reset_index()


def rejections(rows: pd.DataFrame) -> pd.DataFrame:
    """How often the interval of a difference that is none leaves out zero, of the rows of `coverage`."""
    none = rows[rows["of"] == NO_DIFFERENCE]
    return none.assign(rejected=(1 - none["covered"]).round(6))


def _coverage(
    name: str, world: World, studies: int, datasets: int, population: tuple[Values, Values]
) -> Iterator[dict[str, Any]]:
    outcomes = pd.DataFrame(
        row for number in range(datasets) for row in _outcomes(name, world, studies, number)
    )
    setting = {"world": name, "studies": studies, "patients": world.patients(studies)}
    return _summary(setting, outcomes, population)


def _outcomes(name: str, world: World, studies: int, number: int) -> Iterator[dict[str, Any]]:
    """The intervals of one data set."""
    random = generator("coverage", name, studies, number)
    sample = draw(world, world.patients(studies), random)
    for (of, metric), asked in _quantities(sample, int(random.integers(2**31))).items():
        for kind, interval in INTERVALS.items():
            low, high = interval(asked)
            yield {"of": of, "metric": metric, "interval": kind, "low": low, "high": high}


def _summary(
    setting: dict[str, Any], outcomes: pd.DataFrame, population: tuple[Values, Values]
) -> Iterator[dict[str, Any]]:
    truth = _truth(population[0])
    for (metric, of, kind), rows in outcomes.groupby(["metric", "of", "interval"], sort=False):
        true, width = truth[of, metric], rows["high"] - rows["low"]
        yield {
            **setting,
            "of": of,
            "metric": metric,
            "interval": kind,
            "true": true,
            "true_error": float(population[1].max()),
            "covered": ((rows["low"] <= true) & (true <= rows["high"])).mean(),
            "all_above": ((rows["low"] > true) & np.isfinite(width)).mean(),
            "all_below": ((rows["high"] < true) & np.isfinite(width)).mean(),
            "undefined": int((~np.isfinite(width)).sum()),
            "width": width.mean(),
            "datasets": len(rows),
        }


def _truth(population: Values) -> dict[tuple[str, str], float]:
    """What is true of each quantity, from each metric of each classifier (classifiers, metrics)."""
    truth = {}
    for m, metric in enumerate(METRICS):
        truth |= {(of, metric): float(population[c, m]) for of, c in SINGLE.items()}
        for of, (second, first) in DIFFERENCES.items():
            truth[of, metric] = float(population[second, m] - population[first, m])
        truth[NO_DIFFERENCE, metric] = 0.0
    return truth


def _quantities(sample: Sample, seed: int) -> dict[tuple[str, str], Quantity]:
    """What intervals are asked of, by quantity and metric."""
    probabilities = sample.probabilities()
    values = values_of(METRICS, sample.label, probabilities)
    drawn = metrics_of(METRICS, sample.label, probabilities, weights_of(sample, seed))
    left_out = metrics_of(METRICS, sample.label, probabilities, without_each(sample))
    fewest = fewest_patients(names_of(sample), sample.label)
    found = {}
    for m, metric in enumerate(METRICS):
        cells = [Resampled(float(values[c, m]), drawn[c, m], fewest) for c in range(len(values))]
        for of, c in SINGLE.items():
            found[of, metric] = Quantity((cells[c],), limits(metric), left_out[c, m])
        for of, (second, first) in DIFFERENCES.items():
            without = left_out[second, m] - left_out[first, m]
            found[of, metric] = Quantity((cells[first], cells[second]), limits(metric), without)
    return found
