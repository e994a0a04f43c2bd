import numpy as np
import pytest
from scipy.special import expit

from classifiers.calibration import Units, calibrate
from classifiers.fine_tuning.task_calibration import HeldOutOutputs, calibrate_task
from classifiers.fine_tuning.task_outputs import class_probabilities
from classifiers.label_problems import LabelProblems

CLASSES = LabelProblems("multiclass", ("a", "b", "c"))
FINDINGS = LabelProblems("multilabel", ("x", "y"))
RANDOM = np.random.default_rng(4)
N = 300
FOLDS = [(np.arange(0), rows) for rows in np.array_split(np.arange(N), 3)]


def held(outputs, truth):
    return HeldOutOutputs(outputs, truth, FOLDS, Units.of(None, N))


def calibrated(test, held_out, problems):
    calibration, thresholds = calibrate_task(held_out, problems)
    return calibration(test), thresholds


def test_each_finding_is_calibrated_as_a_binary_task_on_what_was_read():
    odds = RANDOM.normal(0, 2, (N, 2))
    truth = (RANDOM.random((N, 2)) < expit(odds / 2)).astype(float)
    truth[250:, 1] = np.nan
    test = RANDOM.normal(0, 2, (40, 2))
    found, thresholds = calibrated(test, held(odds, truth), FINDINGS)
    _, sigmoid = calibrate(odds[:, 0], truth[:, 0].astype(int), FOLDS)
    assert np.array_equal(found[:, 0], sigmoid(test[:, 0]))
    read = [(np.arange(0), rows[rows < 250]) for _, rows in FOLDS]
    _, other = calibrate(odds[:250, 1], truth[:250, 1].astype(int), read)
    assert np.array_equal(found[:, 1], other(test[:, 1]))
    assert set(thresholds) == {"x", "y"}


def test_classes_that_are_too_sure_become_less_so_and_sum_to_one():
    outputs = RANDOM.normal(0, 1, (N, 3))
    label = np.array([RANDOM.choice(3, p=row) for row in class_probabilities(CLASSES, outputs)])
    found, thresholds = calibrated(4 * outputs, held(4 * outputs, np.eye(3)[label]), CLASSES)
    assert found.sum(axis=1) == pytest.approx(np.ones(N))
    assert found.max() < class_probabilities(CLASSES, 4 * outputs).max()
    assert 0 < min(thresholds.values()) < max(thresholds.values()) < 1


def test_a_class_without_two_units_keeps_its_probabilities():
    odds = RANDOM.normal(0, 2, (N, 2))
    truth = np.zeros((N, 2))
    truth[:, 0] = np.arange(N) % 2
    truth[0, 1] = 1
    found, _ = calibrated(odds, held(odds, truth), FINDINGS)
    assert np.array_equal(found[:, 1], expit(odds[:, 1]))
    truth[:, 1] = np.nan
    unread, thresholds = calibrated(odds, held(odds, truth), FINDINGS)
    assert np.array_equal(unread[:, 1], expit(odds[:, 1]))
    assert set(thresholds) == {"x"}
