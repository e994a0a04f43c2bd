"""Spread over seeds, over test patients and over body parts, each found where it was planted."""

import json

import numpy as np
import pytest
from scipy import stats

from results.uncertainty import Resampled, patient_weights
from results.variance_components import heterogeneity, seed_spread

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


def test_heterogeneity_by_hand():
    effects, errors = np.array([0.1, 0.3, -0.1]), np.array([0.05, 0.1, 0.05])
    weights = errors**-2
    q = np.sum(weights * (effects - np.average(effects, weights=weights)) ** 2)
    result = heterogeneity(list(effects), list(errors))
    assert (result["parts"], result["df"], result["reason"]) == (3, 2, None)
    assert result["q"] == pytest.approx(q)
    assert result["p"] == pytest.approx(stats.chi2.sf(q, 2))
    assert result["i2"] == pytest.approx((q - 2) / q)
    # Paule and Mandel's tau2 makes the weighted squares equal their degrees of freedom
    weights = 1 / (errors**2 + result["tau2"])
    mean = np.average(effects, weights=weights)
    assert np.sum(weights * (effects - mean) ** 2) == pytest.approx(2, abs=1e-4)
    assert result["mean"] == pytest.approx(mean)
    reach = stats.norm.isf(0.025) / np.sqrt(weights.sum())
    assert [result["low"], result["high"]] == pytest.approx([mean - reach, mean + reach])
    json.dumps(result)


@pytest.mark.parametrize("effects", [[0.1, 0.1, 0.1], [0.1, 0.11, 0.1], [0.0, 0.0]])
def test_equal_parts_show_no_heterogeneity(effects):
    result = heterogeneity(effects, [0.05] * len(effects))
    assert (result["i2"], result["tau2"]) == (0, 0)
    assert result["q"] >= 0
    assert result["p"] > 0.9


def test_a_wider_confidence_is_a_wider_interval():
    narrow, wide = (heterogeneity([0.1, 0.2], [0.1, 0.1], confidence) for confidence in (0.5, 0.99))
    assert wide["high"] - wide["low"] > 3 * (narrow["high"] - narrow["low"])


@pytest.mark.parametrize(
    ("effects", "errors"),
    [([0.1], [0.1]), ([], []), ([0.1, None, 0.2], [0.1, 0.1, None]), ([0.1, 0.2], [0.0, float("nan")])],
)
def test_parts_without_a_standard_error_are_left_out_with_the_reason(effects, errors):
    result = heterogeneity(effects, errors)
    assert "body parts with a standard error" in result["reason"]
    assert result["q"] is result["mean"] is None
    assert set(result) == set(heterogeneity([0.1, 0.2], [0.1, 0.1]))


def test_parts_of_another_number_are_refused():
    with pytest.raises(ValueError, match="zip"):
        heterogeneity([0.1, 0.2], [0.1])
