"""Whether the zones of sizes say which side is better only where it is."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from results.crossover import FROZEN_BETTER, TUNED_BETTER, UNDECIDED, Zone, zones
from tests.validity.parts import measured
from tests.validity.simulation import Values, generator

SIZES = (100, 300, 1000, 3000)
SEEDS = (3, 5)
TRAINING = (0.0, 0.01, 0.02, 0.04)
CROSSING = np.sqrt(300 * 1000)  # images
PLANTED = {"no difference": 0.0, "crosses": 0.1}  # the difference grows by so much per factor of ten in size


def found_zones(datasets: int) -> pd.DataFrame:
    """One row per planted difference, number of seeds and training noise."""
    return pd.DataFrame(_rows(datasets))


def _rows(datasets: int) -> Iterator[dict[str, Any]]:
    for name, slope in PLANTED.items():
        true = slope * np.log10(np.array(SIZES) / CROSSING)
        for seeds in SEEDS:
            for training in TRAINING:
                random = generator("zones", name, seeds, training)
                each = [_zones(true, seeds, training, random) for _ in range(datasets)]
                yield {
                    "planted": name,
                    "seeds": seeds,
                    "training": training,
                    "wrong": float(np.mean([any(_wrong(zone, slope) for zone in found) for found in each])),
                    "undecided": float(np.mean([_share(found) for found in each])),
                    "datasets": datasets,
                }


def _zones(true: Values, seeds: int, training: float, random: np.random.Generator) -> list[Zone]:
    estimates = measured(true, seeds, training, random)
    drawn = np.stack([one.drawn for one in estimates])
    return zones(SIZES, [one.value for one in estimates], drawn, [one.interval(0.95) for one in estimates])


def _wrong(zone: Zone, slope: float) -> bool:
    """Whether a zone calls a side better at a size where it is not."""
    frozen_is, tuned_is = slope > 0 and zone.high <= CROSSING, slope > 0 and zone.low >= CROSSING
    return (zone.zone == FROZEN_BETTER and not frozen_is) or (zone.zone == TUNED_BETTER and not tuned_is)


def _share(found: list[Zone]) -> float:
    """The undecided share of the measured range, over log(size)."""
    whole = np.log(SIZES[-1] / SIZES[0])
    return sum(np.log(zone.high / zone.low) for zone in found if zone.zone == UNDECIDED) / whole
