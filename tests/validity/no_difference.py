"""How often the 95 % interval of a paired difference leaves out zero although there is none."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tests.validity.intervals import TESTED
from tests.validity.resampling import metrics_of, values_of, weights_of
from tests.validity.simulation import World, draw, generator, shared_noise
from tests.validity.worlds import EQUAL, METRICS, WEAKER, WORLDS

SIZES = {200: 5, 1200: 2}  # studies: how many times the data sets asked for, since 4-6 % is a narrow band


def no_difference(datasets: int) -> pd.DataFrame:
    """Every world and size: one row per metric and interval."""
    return pd.DataFrame(
        row
        for name, world in WORLDS.items()
        for studies, times in SIZES.items()
        for row in _rejections(name, world, studies, times * datasets)
    )


def _rejections(name: str, world: World, studies: int, datasets: int) -> Iterator[dict[str, Any]]:
    pair = replace(world, separations=world.separations[[WEAKER, EQUAL]], loadings=shared_noise(2, 0.5))
    rejected: dict[tuple[str, str], list[bool]] = {}
    for number in range(datasets):
        for test, metric, rejects in _tested(
            pair, studies, generator("no difference", name, studies, number)
        ):
            rejected.setdefault((metric, test), []).append(rejects)
    for (metric, test), outcomes in rejected.items():
        yield {
            "world": name,
            "studies": studies,
            "metric": metric,
            "interval": test,
            "rejected": float(np.mean(outcomes)),
            "datasets": datasets,
        }


def _tested(world: World, studies: int, random: np.random.Generator) -> Iterator[tuple[str, str, bool]]:
    patients = world.patients(studies)
    sample = draw(world, patients, random)
    probabilities = sample.probabilities()
    values = values_of(METRICS, sample.label, probabilities)
    weights = weights_of(sample, int(random.integers(2**31)))
    drawn = metrics_of(METRICS, sample.label, probabilities, weights)
    for m, metric in enumerate(METRICS):
        for test, interval in TESTED.items():
            difference = float(values[1, m] - values[0, m])
            low, high = interval(difference, drawn[1, m] - drawn[0, m], np.empty(patients), None)
            yield test, metric, not low <= 0 <= high
