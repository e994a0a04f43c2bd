from time import sleep

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from classifiers import fit
from classifiers.fit import calibrate, choose_threshold, conclude
from classifiers.selection import Candidate


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


def test_calibration_counts_as_fitting(monkeypatch):
    labels, scores = np.tile([0, 1], 20), np.linspace(-1, 1, 40)
    monkeypatch.setattr(fit, "calibrate", lambda *_: sleep(0.02) or (scores, scores))
    seconds = {"select": 3.0, "fit": 2.0, "predict": 1.0}
    found = conclude(Candidate({"C": 1.0}, scores, 0.7), labels, [], scores, seconds, 40)
    assert (found.seconds["select"], found.seconds["predict"]) == (3.0, 1.0)
    assert 2.02 <= found.seconds["fit"] < 2.5
    assert (found.parameters, found.selection_auroc, found.bytes_on_disk) == ({"C": 1.0}, 0.7, 40)
