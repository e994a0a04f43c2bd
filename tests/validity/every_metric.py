"""Coverage of all metrics of one classifier, per study and per image."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from results.metric_lookup import limits
from results.metrics import metric_values
from results.uncertainty import Resampled, fewest_patients, patient_weights
from tests.validity.intervals import TESTED, Quantity
from tests.validity.resampling import BLOCK, RESAMPLES
from tests.validity.simulation import Rows, Sample, Values, World, draw, generator
from tests.validity.worlds import THRESHOLD, WEAKER, WORLDS

WORLD = "as MURA"
STUDIES = (200, 1200)
UNITS = ("study", "image")
_CHUNKS, _PATIENTS = 20, 100_000

Rated = tuple[Rows, Rows, Values]  # patient, label and probability of each row


def every_metric(datasets: int) -> pd.DataFrame:
    """One row per unit, number of studies, metric and interval."""
    world = WORLDS[WORLD]
    alone = replace(world, separations=world.separations[[WEAKER]], loadings=np.ones((1, 1)))
    rows = [
        row
        for unit in UNITS
        for truth in [_true_values(alone, unit)]
        for studies in STUDIES
        for row in _coverage(alone, unit, studies, datasets, truth)
    ]
    return pd.DataFrame(rows)


def _coverage(
    world: World, unit: str, studies: int, datasets: int, truth: dict[str, float]
) -> Iterator[dict[str, Any]]:
    outcomes: dict[tuple[str, str], list[tuple[bool, float]]] = {}
    patients = world.patients(studies)
    for number in range(datasets):
        random = generator("every metric", unit, studies, number)
        rated = _rated(draw(world, patients, random), unit)
        values, drawn = _resampled(rated, int(random.integers(2**31)))
        fewest = fewest_patients(rated[0].astype(object), rated[1])
        for metric, value in values.items():
            for kind, interval in TESTED.items():
                low, high = interval(Quantity((Resampled(value, drawn[metric], fewest),), limits(metric)))
                outcomes.setdefault((metric, kind), []).append((low <= truth[metric] <= high, value))
    for (metric, kind), found in outcomes.items():
        covered, values_found = np.array(found, np.float64).T
        bias = float(values_found.mean() - truth[metric])
        yield {
            "unit": unit,
            "studies": studies,
            "metric": metric,
            "interval": kind,
            "true": truth[metric],
            "bias": bias,
            "bias_over_spread": bias / float(values_found.std()),
            "covered": float(covered.mean()),
            "datasets": datasets,
        }


def _rated(sample: Sample, unit: str) -> Rated:
    if unit == "study":
        return sample.patient, sample.label, sample.probabilities()[0]
    return sample.patient[sample.study], sample.label[sample.study], expit(sample.scores[0])


def _resampled(rated: Rated, seed: int) -> tuple[dict[str, float], dict[str, Values]]:
    patient, label, probability = rated
    weights = patient_weights(patient.astype(str).astype(object), RESAMPLES, seed)
    blocks = [
        metric_values(label, probability, weights[:, start : start + BLOCK].astype(np.float64), THRESHOLD)
        for start in range(0, RESAMPLES, BLOCK)
    ]
    return _values(rated), {
        metric: np.concatenate([block[metric] for block in blocks]) for metric in blocks[0]
    }


def _values(rated: Rated) -> dict[str, float]:
    _, label, probability = rated
    values = metric_values(label, probability, np.ones((len(label), 1)), THRESHOLD)
    return {metric: float(value[0]) for metric, value in values.items()}


def _true_values(world: World, unit: str) -> dict[str, float]:
    chunks = [
        _values(_rated(draw(world, _PATIENTS, generator("every metric", unit, i)), unit))
        for i in range(_CHUNKS)
    ]
    return {metric: float(np.mean([chunk[metric] for chunk in chunks])) for metric in chunks[0]}
