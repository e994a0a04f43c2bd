"""The class of a metric, and metrics that a confusion matrix defines."""

import numpy as np
import pytest

from results.metric import ConfusionCounts, counts_at, metric_from_counts

LABELS = np.array([1, 1, 0, 0, 0])
PROBABILITIES = np.array([0.9, 0.4, 0.5, 0.1, 0.2])


def test_counts_are_weighted_per_column_and_the_threshold_itself_is_positive():
    weights = np.array([[1.0, 2.0], [1.0, 0.0], [1.0, 3.0], [1.0, 1.0], [1.0, 1.0]])
    counts = counts_at(LABELS, PROBABILITIES, weights, 0.5)
    assert counts == ConfusionCounts(*map(pytest.approx, ([1, 2], [1, 3], [1, 0], [2, 2])))
    assert counts.tp.dtype == np.float64


@pytest.mark.parametrize("threshold", [0.0, 0.3, 1.1])
def test_counts_sum_to_the_weights(threshold):
    weights = np.random.default_rng(0).random((5, 3))
    assert sum(counts_at(LABELS, PROBABILITIES, weights, threshold)) == pytest.approx(weights.sum(axis=0))


def test_a_metric_from_counts_is_the_same_by_both_ways():
    metric = metric_from_counts("precision", "precision", lambda c: c.tp / (c.tp + c.fp), chance=0.4)
    weights = np.ones((5, 2))
    assert metric.function(LABELS, PROBABILITIES, weights, 0.5).tolist() == [0.5, 0.5]
    assert metric.from_counts(counts_at(LABELS, PROBABILITIES, weights, 0.5)).tolist() == [0.5, 0.5]
    assert (metric.thresholded, metric.higher_is_better, metric.chance) == (True, True, 0.4)
    assert metric.limits == (0.0, 1.0)
