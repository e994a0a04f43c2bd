"""Intervals where they are hard to make: few positives, an AUROC near one, few patients, tied scores."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from results.comparison import compare
from results.metric_lookup import limits
from results.uncertainty import Resampled, fewest_patients, interval, warning
from tests.validity.intervals import CONFIDENCE
from tests.validity.resampling import FEWER, metrics_of, names_of, values_of, weights_of
from tests.validity.simulation import Values, World, draw, generator
from tests.validity.training_sets import method_noise
from tests.validity.worlds import MURA

METRICS = ("auroc", "average_precision", "cohens_kappa", "sensitivity")
SEEDS = 5  # networks of each method; a trained pair is the first of each
QUANTITIES = WEAKER, BETTER, PAIR, OVER_SEEDS = "weaker", "better", "one trained pair", f"{SEEDS} seeds"
USUAL, CEILING = (1.6, 1.9), (4.2, 5.2)  # separations of the weaker and the better method
_CHUNKS, _PATIENTS = 5, 200_000  # of the population


@dataclass(frozen=True)
class Setting:
    """How many studies are tested, and what is hard about them."""

    studies: int
    prevalence: float = 0.4
    separations: tuple[float, float] = USUAL
    steps: int | None = None  # the scores are rounded to so many values

    def world(self, seeds: int) -> World:
        """The networks of the weaker method, then those of the better one."""
        separations = np.repeat(self.separations, seeds)
        return World(MURA, separations, method_noise(seeds), -1.0, prevalence=self.prevalence)

    def scores(self, probabilities: Values) -> Values:
        """The probabilities, with ties where the setting asks for them."""
        if self.steps is None:
            return probabilities
        return np.asarray((probabilities * (self.steps - 1)).round() / (self.steps - 1))


SETTINGS = {
    "prevalence 10 %, 60 studies": Setting(60, 0.10),
    "prevalence 10 %, 100 studies": Setting(100, 0.10),
    "prevalence 10 %, 200 studies": Setting(200, 0.10),
    "prevalence 5 %, 200 studies": Setting(200, 0.05),
    "prevalence 5 %, 400 studies": Setting(400, 0.05),
    "near one, 100 studies": Setting(100, separations=CEILING),
    "near one, 200 studies": Setting(200, separations=CEILING),
    "near one and equal, 200 studies": Setting(200, separations=(CEILING[1], CEILING[1])),
    "AUROC .965 and equal, 200 studies": Setting(200, separations=(3.2, 3.2)),
    "20 patients": Setting(30),
    "5 score steps, 100 studies": Setting(100, steps=5),
}

Found = dict[
    tuple[str, str], tuple[float, float, float, bool]
]  # of each metric and quantity: low, high, truth, whether it is warned


def hard_settings(datasets: int) -> pd.DataFrame:
    """One row per setting, metric and quantity: how often its interval holds the truth, and how often there is one."""
    return pd.DataFrame(row for name in SETTINGS for row in _coverage(name, datasets))


def _coverage(name: str, datasets: int) -> Iterator[dict[str, Any]]:
    truth = true_values(name)
    rows = pd.DataFrame(
        dict(
            zip(
                ("metric", "of", "fewest", "low", "high", "true", "warned"), (*key, fewest, *one), strict=True
            )
        )
        for number in range(datasets)
        for fewest, found in [_intervals(name, number, truth)]
        for key, one in found.items()
    )
    for (metric, of), group in rows.groupby(["metric", "of"], sort=False):
        known = group[np.isfinite(group["high"] - group["low"])]
        above, below = known["low"] > known["true"], known["high"] < known["true"]
        yield {
            "setting": name,
            "metric": metric,
            "of": of,
            "true": group["true"].iloc[0],
            "covered": (~(above | below)).mean(),
            "all_above": above.mean(),
            "all_below": below.mean(),
            "undefined": 1 - len(known) / len(group),
            "width": (known["high"] - known["low"]).mean(),
            "fewest": group["fewest"].mean(),
            "warned": group["warned"].mean(),
            "datasets": len(group),
        }


def _intervals(name: str, number: int, truth: Values) -> tuple[int, Found]:
    """The patients of the rarer label, and what was found."""
    setting = SETTINGS[name]
    random = generator("hard settings", name, number)
    world = setting.world(SEEDS)
    sample = draw(world, world.patients(setting.studies), random)
    scores = setting.scores(sample.probabilities())
    weights = weights_of(sample, int(random.integers(2**31)), FEWER)
    values = values_of(METRICS, sample.label, scores)
    drawn = metrics_of(METRICS, sample.label, scores, weights)
    fewest = fewest_patients(names_of(sample), sample.label)
    first = 10 * number  # the seeds' names, so that each data set has draws of its own
    found: Found = {}
    for m, metric in enumerate(METRICS):
        cells = [Resampled(float(values[c, m]), drawn[c, m], fewest) for c in range(2 * SEEDS)]
        weaker = {first + seed: cell for seed, cell in enumerate(cells[:SEEDS])}
        better = {first + seed: cell for seed, cell in enumerate(cells[SEEDS:])}
        bounds, (low, high) = limits(metric), truth[:, m]
        for of, side, true in ((WEAKER, weaker, low), (BETTER, better, high)):
            cell = side[first]
            warned = warning(cell.value, fewest, bounds) is not None
            found[metric, of] = *interval(cell, CONFIDENCE, bounds), true, warned
        for of, one in ((PAIR, {first: weaker[first]}), (OVER_SEEDS, weaker)):
            apart = compare(one, better, bounds)
            found[metric, of] = *apart.interval(CONFIDENCE), high - low, apart.warning is not None
    return fewest, found


def true_values(name: str) -> Values:
    """Each metric of the weaker and the better method in the population, (2, metrics)."""
    setting = SETTINGS[name]
    world = setting.world(1)
    chunks = []
    for chunk in range(_CHUNKS):
        sample = draw(world, _PATIENTS, generator("hard settings", "population", name, chunk))
        chunks.append(values_of(METRICS, sample.label, setting.scores(sample.probabilities())))
    values = np.asarray(np.mean(chunks, axis=0))
    equal = setting.separations[0] == setting.separations[1]
    return np.stack([values.mean(axis=0)] * 2) if equal else values
