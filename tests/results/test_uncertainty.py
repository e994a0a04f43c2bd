import numpy as np
import pytest

from results.uncertainty import patient_weights, percentile_interval

PATIENTS = np.array([f"p{i % 40}" for i in range(100)], dtype=object)


def test_patients_are_drawn_whole():
    weights = patient_weights(PATIENTS, 200)
    assert weights.shape == (100, 200)
    for patient in set(PATIENTS):
        assert (weights[patient == PATIENTS] == weights[patient == PATIENTS][0]).all()


def test_each_resampling_draws_as_many_patients_as_there_are():
    weights = patient_weights(PATIENTS, 200)
    _, first_rows = np.unique(PATIENTS.astype(str), return_index=True)
    assert (weights[first_rows].sum(axis=0) == 40).all()


def test_cells_are_paired_whatever_the_order_of_their_rows():
    order = np.random.default_rng(0).permutation(100)
    assert np.array_equal(patient_weights(PATIENTS, 50)[order], patient_weights(PATIENTS[order], 50))
    assert not np.array_equal(patient_weights(PATIENTS, 50), patient_weights(PATIENTS, 50, seed=1))


def test_the_interval_is_central_and_ignores_undefined_resamplings():
    values = np.append(np.linspace(0, 1, 1001), np.nan)
    low, high = percentile_interval(values, 0.9)
    assert (low, high) == (pytest.approx(0.05), pytest.approx(0.95))
    assert np.isnan(percentile_interval(np.full(10, np.nan), 0.95)).all()


def test_the_interval_of_a_mean_covers_it():
    random, covered = np.random.default_rng(3), 0
    for _ in range(200):
        effect = random.normal(0, 1, 60)
        patients = np.repeat([f"p{i}" for i in range(60)], 3)
        values = np.repeat(effect, 3) + random.normal(0, 0.1, 180)
        weights = patient_weights(patients, 300)
        low, high = percentile_interval(values @ weights / weights.sum(axis=0), 0.95)
        covered += low <= 0 <= high
    assert 0.89 <= covered / 200 <= 0.99
