"""How often 95 % intervals hold the true value, and how often they find a difference where none is."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from results.metrics import limits
from tests.validity.intervals import IN_USE, INTERVALS, Limits
from tests.validity.resampling import metrics_of, values_of, weights_of, without_each
from tests.validity.simulation import Sample, Values, World, draw, generator
from tests.validity.worlds import BETTER, EQUAL, METRICS, WEAKER, WORLDS, true_values

SIZES = {200: 2, 1200: 1}  # studies: how many times the data sets asked for (cheap ones, nearer the limits)
SINGLE = {"weaker": WEAKER, "better": BETTER}
DIFFERENCES = {"better − weaker": (BETTER, WEAKER), "equal − weaker": (EQUAL, WEAKER)}
NO_DIFFERENCE = "equal − weaker"

Quantity = tuple[str, str, Limits, Values, Values, Values]  # of, metric, limits, values, drawn, left out


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


def widths(datasets: int) -> pd.DataFrame:
    """One row per size: by how much the interval in use is wider than the percentile one, mean and most."""
    rows = coverage(datasets)
    mean = rows.pivot_table(index=["studies", "world", "of", "metric"], columns="interval", values="width")
    wider = (mean[IN_USE] / mean["percentile"] - 1).groupby("studies")
    counts = rows.groupby("studies")["datasets"].first()
    frame = pd.DataFrame({"mean_wider": wider.mean(), "most_wider": wider.max(), "datasets": counts})
    return frame.reset_index()


def rejections(rows: pd.DataFrame) -> pd.DataFrame:
    """How often the interval of a difference that is none leaves out zero, of the rows of `coverage`."""
    none = rows[rows["of"] == NO_DIFFERENCE]
    return none.assign(rejected=(1 - none["covered"]).round(6))


def _coverage(
    name: str, world: World, studies: int, datasets: int, population: tuple[Values, Values]
) -> Iterator[dict[str, Any]]:
    truth = {(of, metric): value for of, metric, _, value, *_ in quantities(METRICS, *[population[0]] * 3)}
    truth |= {key: np.float64(0) for key in truth if key[0] == NO_DIFFERENCE}
    found: dict[tuple[str, str, str], list[tuple[bool, bool, float]]] = {}
    for number in range(datasets):
        random = generator("coverage", name, studies, number)
        sample = draw(world, world.patients(studies), random)
        for of, metric, bounds, value, drawn, left_out in _resampled(sample, int(random.integers(2**31))):
            for kind, interval in INTERVALS.items():
                low, high = interval(float(value), drawn, left_out, bounds)
                true = truth[of, metric]
                found.setdefault((of, metric, kind), []).append((low <= true, true <= high, high - low))
    for (of, metric, kind), outcomes in found.items():
        above_low, below_high, width = np.array(outcomes, np.float64).T
        yield {
            "world": name,
            "studies": studies,
            "patients": world.patients(studies),
            "of": of,
            "metric": metric,
            "interval": kind,
            "true": float(truth[of, metric]),
            "true_error": float(population[1].max()),
            "covered": float(np.mean((above_low == 1) & (below_high == 1))),
            "all_above": float(np.mean((above_low == 0) & np.isfinite(width))),
            "all_below": float(np.mean((below_high == 0) & np.isfinite(width))),
            "undefined": int(np.sum(~np.isfinite(width))),
            "width": float(np.nanmean(width)),
            "datasets": datasets,
        }


def _resampled(sample: Sample, seed: int) -> Iterator[Quantity]:
    probabilities = sample.probabilities()
    return quantities(
        METRICS,
        values_of(METRICS, sample.label, probabilities),
        metrics_of(METRICS, sample.label, probabilities, weights_of(sample, seed)),
        metrics_of(METRICS, sample.label, probabilities, without_each(sample)),
    )


def quantities(
    metrics: tuple[str, ...], values: Values, drawn: Values, left_out: Values
) -> Iterator[Quantity]:
    """What an interval is made of, from arrays (classifiers, metrics, ...): single values, then differences."""
    for m, metric in enumerate(metrics):
        for of, c in SINGLE.items():
            yield of, metric, limits(metric), values[c, m], drawn[c, m], left_out[c, m]
        for of, (second, first) in DIFFERENCES.items():
            yield (
                of,
                metric,
                None,
                *(array[second, m] - array[first, m] for array in (values, drawn, left_out)),
            )
