"""How often a family of comparisons claims a difference where none is: unadjusted, by Holm, and `all` before its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.comparison import compare
from results.families import adjusted
from results.metric_lookup import limits
from results.uncertainty import Resampled, fewest_patients, patient_weights
from tests.validity.resampling import FEWER, metrics_of, values_of
from tests.validity.simulation import Rows, Values, World, draw, generator, grouped_noise
from tests.validity.worlds import MURA

LEVEL, SEEDS = 0.05, 5
METRIC = "auroc"
SEPARATION, TRAINING_SD = 1.6, 0.09  # the SD of a network's separation, about .01 of its AUROC
BETTER = 0.6  # by how much the separation of fine-tuned is larger where it is truly better


@dataclass(frozen=True)
class Family:
    """Body parts (with `all` as the gate of each size, if there are several), backbones and sizes, and what is true.

    `better_parts` and `better_sizes`: fine-tuned is truly better in the last ones of each.
    """

    parts: int
    backbones: int
    sizes: int
    studies: int  # of each body part
    better_parts: int = 0
    better_sizes: int = 0

    @property
    def differ(self) -> NDArray[np.bool_]:
        """Whether fine-tuned is truly better, (parts, sizes); `all` is where a part is."""
        at_part = np.arange(self.parts) >= self.parts - self.better_parts
        at_size = np.arange(self.sizes) >= self.sizes - self.better_sizes
        return np.outer(at_part, at_size)


FAMILIES = {
    "`all` and 6 body parts × 2 sizes, no difference": Family(6, 1, 2, 100),
    "the same, 3 of the parts differ": Family(6, 1, 2, 100, better_parts=3, better_sizes=2),
    "the same, all parts differ at 1 of the sizes": Family(6, 1, 2, 100, better_parts=6, better_sizes=1),
    "4 backbones × 4 sizes, no difference": Family(1, 4, 4, 200),
    "the same, they differ at 2 of the sizes": Family(1, 4, 4, 200, better_parts=1, better_sizes=2),
}


@dataclass(frozen=True, eq=False)
class Part:
    """The test studies of one body part: patient, label and every network's probability (networks, studies)."""

    patient: NDArray[np.object_]
    label: Rows
    probabilities: Values


def families(datasets: int) -> pd.DataFrame:
    """One row per family."""
    return pd.DataFrame(_errors(name, datasets) for name in FAMILIES)


def truly(family: Family) -> NDArray[np.bool_]:
    """Which comparisons differ, in the order of the p-values: size by backbone, `all` before the body parts."""
    tests = np.vstack([family.differ.any(axis=0), family.differ]) if family.parts > 1 else family.differ
    return np.tile(tests.T, (1, family.backbones)).reshape(-1)


def gates(family: Family) -> list[int | None]:
    """The place of `all` of the same size for each body part."""
    if family.parts == 1:
        return [None] * (family.backbones * family.sizes)
    group = family.parts + 1
    return [None if place % group == 0 else place - place % group for place in range(group * family.sizes)]


def _errors(name: str, datasets: int) -> dict[str, Any]:
    family = FAMILIES[name]
    differ, behind = truly(family), gates(family)
    p = np.array([_p_values(family, generator("families", name, i)) for i in range(datasets)])
    kinds = {
        "unadjusted": p <= LEVEL,
        "holm": _rejected(p, [None] * len(behind)),
        "gated": _rejected(p, behind),
    }
    return {
        "family": name,
        "comparisons": len(differ),
        "true": int(differ.sum()),
        "one": kinds["unadjusted"][:, ~differ].mean(),
        **{f"any_{kind}": rejected[:, ~differ].any(axis=1).mean() for kind, rejected in kinds.items()},
        **{
            f"found_{kind}": rejected[:, differ].mean() if differ.any() else np.nan
            for kind, rejected in kinds.items()
        },
        "datasets": datasets,
    }


def _rejected(p: Values, behind: Sequence[int | None]) -> NDArray[np.bool_]:
    return np.array([adjusted(row.tolist(), behind) for row in p]) <= LEVEL


def noise_of(family: Family) -> Values:
    """Loadings of the networks: alike within backbone and strategy (their sizes and seeds), less so between."""
    return grouped_noise(np.repeat(np.arange(2 * family.backbones), family.sizes * SEEDS), 0.4, 0.4)


def _p_values(family: Family, random: np.random.Generator) -> list[float]:
    """Size by backbone, `all` before the body parts."""
    parts = _drawn_parts(family, random)
    first = int(random.integers(2**31))
    tests = [_together(parts), *parts] if len(parts) > 1 else parts
    by_test = [_of_one_test_set(family, part, range(first, first + SEEDS)) for part in tests]
    return [float(p) for p in np.stack(by_test, axis=-1).reshape(-1)]


def _of_one_test_set(family: Family, part: Part, names: Sequence[int]) -> Values:
    """The p-values, (sizes, backbones)."""
    weights = patient_weights(part.patient, FEWER, names[0])
    shape = family.backbones, 2, family.sizes, SEEDS
    values = values_of((METRIC,), part.label, part.probabilities).reshape(shape)
    drawn = metrics_of((METRIC,), part.label, part.probabilities, weights).reshape(*shape, FEWER)
    fewest = fewest_patients(part.patient, part.label)
    found = np.empty((family.sizes, family.backbones))
    for backbone, size in np.ndindex(family.backbones, family.sizes):
        frozen, tuned = (
            {
                name: Resampled(
                    float(values[backbone, side, size, k]), drawn[backbone, side, size, k], fewest
                )
                for k, name in enumerate(names)
            }
            for side in (0, 1)
        )
        found[size, backbone] = compare(frozen, tuned, limits(METRIC)).p()
    return found


def _drawn_parts(family: Family, random: np.random.Generator) -> list[Part]:
    """The body parts, each with patients of its own, tested by the same networks."""
    noise = noise_of(family)
    networks = SEPARATION + TRAINING_SD * random.standard_normal((family.backbones, 2, family.sizes, SEEDS))
    parts = []
    for part, differs in enumerate(family.differ):
        separations = networks.copy()
        separations[:, 1] += BETTER * differs[:, None]
        world = World(MURA, separations.reshape(-1), noise, -1.0)
        sample = draw(world, world.patients(family.studies), random)
        patient = np.array([f"{part}-{patient}" for patient in sample.patient], dtype=object)
        parts.append(Part(patient, sample.label, sample.probabilities()))
    return parts


def _together(parts: Sequence[Part]) -> Part:
    patients, labels, probabilities = zip(
        *((p.patient, p.label, p.probabilities) for p in parts), strict=True
    )
    return Part(np.concatenate(patients), np.concatenate(labels), np.concatenate(probabilities, axis=1))
