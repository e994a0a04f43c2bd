"""Body parts together, where seeds differ too: is noise called a difference of parts, do the intervals hold?"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from results.estimates import Estimate, estimate
from results.heterogeneity import Bounded, part_of, parts_together
from results.uncertainty import Resampled, patient_weights
from tests.validity.simulation import Values, generator

PARTS, LEVEL = 7, 0.05
SEEDS = (3, 5)
TRAINING = (0.0, 0.01, 0.02, 0.04)  # standard deviation of the difference over training subsets
BETWEEN_PARTS = (0.0, 0.02)  # standard deviation of the true differences over parts
TEST, OWN = (
    0.02,
    0.01,
)  # standard errors over test patients: what all seeds share, and what each has of its own
PATIENTS = 60  # of the rarer label
DRAWS = 500  # resamplings: fewer than the project's, for speed


def parts(datasets: int) -> pd.DataFrame:
    """One row per spread of parts, number of seeds and training noise."""
    return pd.DataFrame(_rows(datasets))


def _rows(datasets: int) -> Iterator[dict[str, Any]]:
    for tau in BETWEEN_PARTS:
        for seeds in SEEDS:
            for training in TRAINING:
                random = generator("parts", tau, seeds, training)
                found = pd.DataFrame(_dataset(tau, seeds, training, random) for _ in range(datasets))
                setting = {"between_parts": tau, "seeds": seeds, "training": training, "datasets": datasets}
                yield setting | found.mean().to_dict()


def _dataset(tau: float, seeds: int, training: float, random: np.random.Generator) -> dict[str, float]:
    """What is found in one data set: rejections, and whether intervals hold the truth (shares over parts)."""
    true = random.normal(0, tau, PARTS)
    estimates = [measured(np.array([t]), seeds, training, random)[0] for t in true]
    made = [part for part in map(part_of, estimates) if part is not None]
    found = parts_together(made)
    assert found.new_part is not None
    assert found.shrunken is not None
    raw = [Bounded(p.value, p.value - p.quantile * p.error, p.value + p.quantile * p.error) for p in made]
    tested = parts_together([part._replace(error=e.test_sd) for part, e in zip(made, estimates, strict=True)])
    return {
        "test_error_rejects": stats.chi2.sf(tested.q, PARTS - 1) <= LEVEL,
        "q_rejects": stats.chi2.sf(found.q, PARTS - 1) <= LEVEL,
        "welch_rejects": found.p <= LEVEL,
        "mean_holds": _holds(found.mean, 0.0),
        "new_part_holds": _holds(found.new_part, random.normal(0, tau)),
        "part_holds": float(np.mean([_holds(b, t) for b, t in zip(raw, true, strict=True)])),
        "shrunken_holds": float(np.mean([_holds(b, t) for b, t in zip(found.shrunken, true, strict=True)])),
        "shrunken_width": float(
            np.mean([_width(b) / _width(r) for b, r in zip(found.shrunken, raw, strict=True)])
        ),
    }


def measured(true: Values, seeds: int, training: float, random: np.random.Generator) -> list[Estimate]:
    """Estimates of some sizes' true differences, (sizes,), on one test set and by the same seeds.

    Half of the training noise of a seed is the same at all sizes, whose subsets are nested; the patients'
    noise is the same where all seeds share it. A value is a mean over patients, who are resampled.
    """
    sizes = len(true)
    trained = (
        training * np.sqrt(0.5) * (random.normal(0, 1, (1, seeds)) + random.normal(0, 1, (sizes, seeds)))
    )
    shared, own = (random.normal(0, 1, shape) for shape in (PATIENTS, (sizes, seeds, PATIENTS)))
    of_patients = (TEST * shared + OWN * own) * np.sqrt(PATIENTS)
    expected = true[:, None] + trained
    shown = expected + of_patients.mean(axis=-1)
    drawn = expected[..., None] + of_patients @ _weights() / PATIENTS
    return [
        estimate({s: Resampled(float(shown[i, s]), drawn[i, s], PATIENTS) for s in range(seeds)})
        for i in range(sizes)
    ]


@cache
def _weights() -> Values:
    """How often each patient is drawn, (PATIENTS, DRAWS)."""
    names = np.arange(PATIENTS).astype(object)
    return np.asarray(patient_weights(names, DRAWS), np.float64)


def _holds(bounds: Bounded, true: float) -> bool:
    return bounds.low <= true <= bounds.high


def _width(bounds: Bounded) -> float:
    return bounds.high - bounds.low
