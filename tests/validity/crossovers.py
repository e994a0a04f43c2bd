"""Whether the crossover estimate finds a planted crossover, and says so where there is none in the data."""

from typing import Any

import numpy as np
import pandas as pd

from results.crossover import ALWAYS, BEYOND, CROSSED, UNDEFINED, crossover
from tests.validity.resampling import metrics_of, values_of, weights_of
from tests.validity.simulation import Values, World, draw, generator, grouped_noise
from tests.validity.worlds import MURA, true_values

SIZES = (100, 1000, 3000, 10000)
METRICS = ("auroc",)
FROZEN, AT_1000 = 0.15, 1.6  # separation per factor of ten in size, and separation at 1,000 images
# name: where fine-tuned and frozen are truly equal (images), fine-tuned's further separation per factor of ten
PLANTED = {
    "steep": (2000, 0.8),
    "shallow": (2000, 0.3),
    "beyond the sizes": (30000, 0.8),
}
STUDIES = (200, 1200)


def crossovers(datasets: int) -> pd.DataFrame:
    """One row per planted crossover and number of studies."""
    world = _world()
    truth, _ = true_values("crossovers", world, METRICS)
    rows = []
    for studies in STUDIES:
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in PLANTED}
        for number in range(datasets):
            for name, estimate in _estimates(world, studies, number).items():
                found[name].append(estimate)
        rows += [_row(name, studies, found[name], _interpolated(name, truth[:, 0])) for name in PLANTED]
    return pd.DataFrame(rows)


def _world() -> World:
    """The frozen network at each size, then fine-tuning at each size for each planted crossover."""
    logs = np.log10(SIZES)
    curves = [AT_1000 + FROZEN * (logs - 3)]
    curves += [curves[0] + slope * (logs - np.log10(at)) for at, slope in PLANTED.values()]
    groups = np.repeat(np.arange(len(curves)), len(SIZES))
    return World(MURA, np.concatenate(curves), grouped_noise(groups, 0.4, 0.4), -1.0)


def differences_of(name: str, values: Values) -> Values:
    """Fine-tuned minus frozen per size, from values of all classifiers (classifiers, ...)."""
    curves = values.reshape(len(PLANTED) + 1, len(SIZES), *values.shape[1:])
    return curves[1 + list(PLANTED).index(name)] - curves[0]


def _estimates(world: World, studies: int, number: int) -> dict[str, dict[str, Any]]:
    random = generator("crossovers", studies, number)
    sample = draw(world, world.patients(studies), random)
    probabilities = sample.probabilities()
    values = values_of(METRICS, sample.label, probabilities)[:, 0]
    weights = weights_of(sample, int(random.integers(2**31)))
    drawn = metrics_of(METRICS, sample.label, probabilities, weights)[:, 0]
    return {
        name: crossover(SIZES, differences_of(name, values).tolist(), differences_of(name, drawn))
        for name in PLANTED
    }


def _interpolated(name: str, truth: Values) -> float | None:
    """What interpolation between the sizes makes of the true differences."""
    differences = differences_of(name, truth)
    value: float | None = crossover(SIZES, differences.tolist(), differences[:, None])["value"]
    return value


def _row(
    name: str, studies: int, estimates: list[dict[str, Any]], interpolated: float | None
) -> dict[str, Any]:
    planted, slope = PLANTED[name]
    values = [estimate["value"] for estimate in estimates if estimate["status"] == CROSSED]
    open_ends = [e["low_status"] == ALWAYS or e["high_status"] == BEYOND for e in estimates]
    return {
        "planted": name,
        "slope": slope,
        "at": planted,
        "interpolated": interpolated,
        "studies": studies,
        **{
            status: np.mean([e["status"] == status for e in estimates])
            for status in (CROSSED, ALWAYS, BEYOND)
        },
        "median": float(np.median(values)) if values else None,
        "covered": float(np.mean([_covers(estimate, planted) for estimate in estimates])),
        "open": float(np.mean(open_ends)),
        "datasets": len(estimates),
    }


def _covers(estimate: dict[str, Any], size: float) -> bool:
    low, high = estimate["low"], estimate["high"]
    if UNDEFINED in (estimate["low_status"], estimate["high_status"]):
        return False
    return (low is None or low <= size) and (high is None or size <= high)
