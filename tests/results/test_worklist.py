"""The gains of a worklist: by hand, with ties, and against random orders."""

import numpy as np
import pytest

from results.worklist import found_by, gains, read_until


def curve(labels, probabilities, weights=None):
    labels = np.asarray(labels)
    weights = np.ones((len(labels), 1)) if weights is None else np.asarray(weights, float)
    return gains(labels, np.asarray(probabilities, float), weights)


def test_a_perfect_order_finds_every_abnormal_study_first():
    made = curve([1, 0, 0, 1, 0, 0, 0, 0, 0, 0], [0.9, 0.1, 0.2, 0.8, 0.3, 0.3, 0.1, 0, 0, 0])
    assert found_by(made, np.array([0.1, 0.2, 0.6])).ravel() == pytest.approx([0.5, 1, 1])
    assert read_until(made, np.array([0.5, 1.0])).ravel() == pytest.approx([0.1, 0.2])


def test_the_worst_order_finds_them_last():
    made = curve([0, 0, 0, 1], [0.9, 0.8, 0.7, 0.1])
    assert found_by(made, np.array([0.75])).ravel() == pytest.approx([0])
    assert read_until(made, np.array([0.5])).ravel() == pytest.approx([0.875])


def test_equal_probabilities_count_as_the_mean_over_their_orders():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 40)
    probabilities = random.integers(0, 4, 40) / 4
    shares = np.array([0.2, 0.4, 0.6])
    made = found_by(curve(labels, probabilities), shares).ravel()
    broken = [
        found_by(curve(labels, probabilities + 1e-9 * random.permutation(40)), shares).ravel()
        for _ in range(2000)
    ]
    assert made == pytest.approx(np.mean(broken, axis=0), abs=0.01)
    assert found_by(curve(labels, np.zeros(40)), shares).ravel() == pytest.approx(shares), "no order at all"


def test_weights_count_a_study_as_often_as_its_patient_was_drawn():
    labels, probabilities = np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.4, 0.1])
    twice = curve(labels[[0, 0, 1, 3]], probabilities[[0, 0, 1, 3]])
    weighted = curve(labels, probabilities, [[2], [1], [0], [1]])
    shares = np.array([0.2, 0.5, 0.9])
    assert found_by(weighted, shares) == pytest.approx(found_by(twice, shares))
    assert read_until(weighted, shares) == pytest.approx(read_until(twice, shares))


def test_a_resampling_without_an_abnormal_study_is_undefined():
    made = curve([1, 0], [0.9, 0.1], [[1, 0], [1, 2]])
    assert np.isnan(found_by(made, np.array([0.5]))[0]).tolist() == [False, True]
    assert np.isnan(read_until(made, np.array([0.5]))[0]).tolist() == [False, True]
