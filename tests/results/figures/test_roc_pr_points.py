"""Curves in the ROC and the precision-recall plane agree with scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from results.figures.roc_pr_points import PRECISION_RECALL, ROC


@pytest.fixture(params=[0, 1, 2])
def drawn(request):
    """Labels, scores with ties, and three weightings of 80 rows."""
    rng = np.random.default_rng(request.param)
    positive = rng.random(80) < 0.4
    scores = np.round(rng.random(80) + 0.4 * positive, 1 if request.param else 6)
    return positive, scores, rng.integers(0, 4, (80, 3)).astype(float)


def test_the_roc_curve_is_scikit_learns(drawn):
    positive, scores, weights = drawn
    curves = ROC.curve(positive, scores, weights)
    for weight, curve in zip(weights.T, curves.T, strict=True):
        across, up, _ = roc_curve(positive, scores, sample_weight=weight, drop_intermediate=False)
        expected = [height(at, across, up) for at in ROC.grid]
        assert curve == pytest.approx(expected, abs=1e-12)


def height(at, across, up):
    """The highest point of a ROC curve above `at`, straight between its points."""
    if (across == at).any():
        return up[across == at].max()
    last, first = np.flatnonzero(across < at)[-1], np.flatnonzero(across > at)[0]
    share = (at - across[last]) / (across[first] - across[last])
    return up[last] + share * (up[first] - up[last])


def test_the_precision_is_that_of_the_first_threshold_that_reaches_the_recall(drawn):
    positive, scores, weights = drawn
    curves = PRECISION_RECALL.curve(positive, scores, weights)
    for weight, curve in zip(weights.T, curves.T, strict=True):
        precision, recall, _ = precision_recall_curve(positive, scores, sample_weight=weight)
        order = np.argsort(recall[:-1], kind="stable")
        for at, value in zip(PRECISION_RECALL.grid, curve, strict=True):
            reached = recall[:-1][order] >= at - 1e-12
            best = recall[:-1][order][reached][0]
            assert value == pytest.approx(precision[:-1][recall[:-1] == best].max(), abs=1e-12)


def test_areas_are_scikit_learns(drawn):
    positive, scores, weights = drawn
    for plane, reference in ((ROC, roc_auc_score), (PRECISION_RECALL, average_precision_score)):
        expected = [reference(positive, scores, sample_weight=weight) for weight in weights.T]
        assert plane.area(positive, scores, weights) == pytest.approx(expected)


def test_a_weighting_without_one_class_is_undefined():
    positive, scores = np.array([True, False]), np.array([0.7, 0.2])
    weights = np.array([[1.0, 0.0], [1.0, 1.0]])
    assert np.isnan(ROC.curve(positive, scores, weights)).all(axis=0).tolist() == [False, True]
    assert np.isnan(PRECISION_RECALL.curve(positive, scores, weights)).all(axis=0).tolist() == [False, True]


def test_operating_points_have_their_place_in_both_planes():
    assert ROC.place(0.8, 0.9, 0.4) == pytest.approx((0.1, 0.8))
    assert PRECISION_RECALL.place(0.8, 0.9, 0.4) == pytest.approx((0.8, 0.32 / 0.38))
    assert np.isnan(PRECISION_RECALL.place(0.0, 1.0, 0.4)[1])
    assert ROC.chance(0.4) == (0, 1)
    assert PRECISION_RECALL.chance(0.4) == (0.4, 0.4)
