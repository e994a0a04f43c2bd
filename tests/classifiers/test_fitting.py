from time import sleep

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from classifiers import fitting
from classifiers.fitting import Fit, calibrate, choose_threshold, conclude
from classifiers.selection import Candidate
from classifiers.train_and_test import TrainTest


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
    held_out, _ = calibrate(shifted, labels, folds)
    assert np.corrcoef(held_out, labels)[0, 1] > 0.6


def concluded(test_rows=7):
    labels, scores = np.tile([0, 1], 20), np.linspace(-1, 1, 40)
    x = np.linspace(-1, 1, 80, dtype=np.float32).reshape(40, 2)
    data = TrainTest(x, labels, np.arange(40), x[:test_rows], seed=0)
    seconds = {"select": 3.0, "fit": 2.0}
    return conclude(Candidate({"C": 1.0}, scores, 0.7), data, lambda rows: rows[:, 0], seconds, 40), x


def test_calibration_counts_as_fitting(monkeypatch):
    monkeypatch.setattr(
        fitting, "calibrate", lambda held_out, *_: sleep(0.02) or (held_out, lambda scores: scores)
    )
    found, _ = concluded()
    assert found.seconds["select"] == 3.0
    assert found.seconds["predict"] < 0.02
    assert 2.02 <= found.seconds["fit"] < 2.5
    assert (found.parameters, found.selection_auroc, found.bytes_on_disk) == ({"C": 1.0}, 0.7, 40)


def test_other_rows_get_what_the_test_rows_got():
    found, x = concluded()
    assert np.array_equal(found.predict_proba(x[:7]), found.probabilities)
    assert concluded(test_rows=0)[0].probabilities.shape == (0,)


def test_a_fit_without_a_model_says_so():
    with pytest.raises(ValueError, match="keeps no model"):
        Fit(np.zeros(1), {}, 0.5, 0.5, {}, 0).predict_proba(np.zeros((1, 2), np.float32))
