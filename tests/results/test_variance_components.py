"""Spread over seeds and over test patients, each found where it was planted."""

import json

import numpy as np
import pytest

from results.uncertainty import Resampled, patient_weights
from results.variance_components import seed_spread

PATIENTS, SEEDS = 200, 3
MANY = 10**12  # patients: so many that their number widens nothing


def run(training, shared, own, random, seeds=SEEDS, resamples=200):
    """Per-seed means over patients, resampled: with spread between seeds, patients, and both at once."""
    rows = random.normal(0, shared, PATIENTS) + random.normal(0, own, (seeds, PATIENTS))
    rows += random.normal(0, training, (seeds, 1))
    weights = patient_weights(np.arange(PATIENTS).astype(object), resamples)
    return spread(rows.mean(axis=1), rows @ weights / PATIENTS, PATIENTS)


def spread(values, drawn, patients=MANY):
    return seed_spread([Resampled(float(v), d, patients) for v, d in zip(values, drawn, strict=True)])


def test_the_deviations_by_hand():
    drawn = np.array([[0.6, 0.8, 0.7, 0.7], [0.7, 0.9, 0.8, 0.8], [0.8, 1.0, 0.9, 0.9]])  # moving together
    result = spread([0.7, 0.8, 0.9], drawn)
    test = np.std([0.7, 0.9, 0.8, 0.8], ddof=1)
    assert result == {
        "seeds": 3,
        "value": pytest.approx(0.8),
        "seed_sd": pytest.approx(0.1),
        "training_sd": pytest.approx(0.1),
        "test_sd": pytest.approx(test),
        "combined_sd": pytest.approx(np.sqrt(0.01 / 3 + test**2)),
    }
    json.dumps(result)


def test_what_the_test_patients_explain_is_not_the_trainings():
    random = np.random.default_rng(0)
    runs = [run(training=0, shared=1, own=1, random=random) for _ in range(300)]
    expected = 1 / np.sqrt(PATIENTS)
    assert np.mean([r["seed_sd"] ** 2 for r in runs]) == pytest.approx(expected**2, rel=0.15)
    assert np.mean([r["training_sd"] == 0 for r in runs]) > 0.5
    assert np.mean([r["test_sd"] ** 2 for r in runs]) == pytest.approx(
        expected**2 * (1 + 1 / SEEDS), rel=0.05
    )


def test_combined_is_the_spread_of_the_mean_over_other_seeds_and_patients():
    random = np.random.default_rng(0)
    runs = [run(training=0.1, shared=1, own=0.5, random=random) for _ in range(400)]
    observed = np.var([r["value"] for r in runs])
    assert np.mean([r["combined_sd"] ** 2 for r in runs]) == pytest.approx(observed, rel=0.15)
    assert np.mean([r["test_sd"] ** 2 for r in runs]) < 0.75 * observed
    assert np.mean([r["training_sd"] ** 2 for r in runs]) == pytest.approx(0.1**2, rel=0.15)


def test_one_seed_has_the_test_patients_spread_alone():
    result = spread([0.8], np.array([[0.7, 0.9, 0.8]]))
    assert result["test_sd"] == pytest.approx(0.1)
    assert result["seed_sd"] is result["training_sd"] is result["combined_sd"] is None


def test_undefined_values_and_draws():
    drawn = np.array([[0.7, 0.9, np.nan, 0.8], [0.7, 0.9, 0.8, 0.8]])
    assert spread([0.7, 0.8], drawn)["test_sd"] == pytest.approx(0.1)
    nothing = spread([0.7, 0.8], np.where(np.arange(4) < 2, np.nan, drawn))
    assert nothing["seed_sd"] == pytest.approx(0.05 * np.sqrt(2))
    assert nothing["test_sd"] is nothing["training_sd"] is nothing["combined_sd"] is None
    assert spread([0.7, float("nan")], drawn)["value"] is None
    assert seed_spread([])["value"] is None


def test_few_patients_widen_the_spread_over_patients():
    drawn = np.array([[0.7, 0.9, 0.8], [0.8, 0.8, 0.8]])
    few, many = (spread([0.5, 0.9], drawn, patients) for patients in (5, MANY))
    assert few["test_sd"] == pytest.approx(many["test_sd"] * np.sqrt(5 / 4))
    own = [seed["seed_sd"] ** 2 - seed["training_sd"] ** 2 for seed in (few, many)]
    assert own[0] == pytest.approx(own[1] * 5 / 4)
