import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from classifiers.fit import calibrate, choose_threshold


def test_the_threshold_has_the_largest_balanced_accuracy():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 300)
    probabilities = np.clip(0.3 * labels + random.random(300) * 0.7, 0, 1)
    chosen = choose_threshold(labels, probabilities)
    best = max(balanced_accuracy_score(labels, probabilities >= cut) for cut in probabilities)
    assert balanced_accuracy_score(labels, probabilities >= chosen) == pytest.approx(best)


def test_the_threshold_lies_between_two_scores():
    assert choose_threshold(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.9])) == pytest.approx(0.4)


def test_intercepts_of_folds_do_not_spoil_the_calibration():
    random = np.random.default_rng(1)
    labels = np.tile([0, 1], 100)
    scores = labels + 0.5 * random.standard_normal(200)
    folds = [(np.empty(0, int), np.arange(k, 200, 5)) for k in range(5)]
    shifted = scores.copy()
    for number, (_, rows) in enumerate(folds):
        shifted[rows] += 0.3 * number
    held_out, _ = calibrate(shifted, labels, folds, scores)
    assert np.corrcoef(held_out, labels)[0, 1] > 0.6
