"""How often a family of comparisons without any difference claims one: Holm's adjustment, and none."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from results.families import adjusted as within_family
from results.uncertainty import Resampled, p_value
from tests.validity.resampling import metrics_of, values_of, weights_of
from tests.validity.simulation import Values, World, draw, generator, grouped_noise
from tests.validity.worlds import MURA

LEVEL = 0.05
METRICS = ("auroc", "cohens_kappa")
LARGE = 1200  # studies; a family of them takes long, and half as many are drawn
# name: independent test sets (body parts), backbones, training sizes, studies of each test set
FAMILIES = {
    "4 backbones × 6 sizes, one test set": (1, 4, 6, 200),
    "6 body parts × 4 sizes": (6, 1, 4, 200),
    "4 backbones × 6 sizes, one larger test set": (1, 4, 6, LARGE),
}

Found = dict[str, list[float]]  # of each metric, one per comparison


def families(datasets: int) -> pd.DataFrame:
    """One row per family and metric."""
    return pd.DataFrame(row for name in FAMILIES for row in _errors(name, datasets))


def _errors(name: str, datasets: int) -> Iterator[dict[str, Any]]:
    parts, backbones, sizes, studies = FAMILIES[name]
    world = world_of(backbones, sizes)
    number = datasets // 2 if studies == LARGE else datasets
    found = [_family(world, parts, studies, generator("families", name, i)) for i in range(number)]
    for metric in METRICS:
        p = np.nan_to_num([ps[metric] for ps, _ in found], nan=1.0)
        adjusted = np.array([within_family(row.tolist(), [None] * len(row)) for row in p])
        yield {
            "family": name,
            "studies": studies,
            "comparisons": p.shape[1],
            "metric": metric,
            "correlation": _mean_correlation(np.array([values[metric] for _, values in found])),
            "one": float(np.mean(p <= LEVEL)),
            "any": float(np.mean((p <= LEVEL).any(axis=1))),
            "any_after_holm": float(np.mean((adjusted <= LEVEL).any(axis=1))),
            "datasets": number,
        }


def world_of(backbones: int, sizes: int) -> World:
    """Frozen and fine-tuned networks of equal worth: alike within backbone and strategy, less so between."""
    curves = np.repeat(np.arange(2 * backbones), sizes)
    return World(MURA, np.full(len(curves), 1.6), grouped_noise(curves, 0.4, 0.4), -1.0)


def _family(world: World, parts: int, studies: int, random: np.random.Generator) -> tuple[Found, Found]:
    """The p-values and the differences."""
    ps: Found = {metric: [] for metric in METRICS}
    differences: Found = {metric: [] for metric in METRICS}
    for _ in range(parts):
        sample = draw(world, world.patients(studies), random)
        probabilities = sample.probabilities()
        values = _fine_tuned_minus_frozen(values_of(METRICS, sample.label, probabilities))
        weights = weights_of(sample, int(random.integers(2**31)))
        drawn = _fine_tuned_minus_frozen(metrics_of(METRICS, sample.label, probabilities, weights))
        for m, metric in enumerate(METRICS):
            differences[metric] += values[:, m].tolist()
            for value, draws in zip(values[:, m].tolist(), drawn[:, m], strict=True):
                ps[metric].append(p_value(Resampled(value, draws, world.patients(studies))))
    return ps, differences


def _fine_tuned_minus_frozen(values: Values) -> Values:
    half = len(values) // 2
    difference: Values = values[half:] - values[:half]
    return difference


def _mean_correlation(differences: Values) -> float:
    """Over all pairs of comparisons, from (families, comparisons)."""
    correlations = np.corrcoef(differences.T)
    return float(correlations[np.triu_indices_from(correlations, 1)].mean())
