"""The span of the rows, in which the linear classifiers are solved."""

import numpy as np

from classifiers import linear


def test_rows_of_more_features_than_rows_are_the_same_problem_in_fewer():
    random = np.random.default_rng(0)
    x = random.standard_normal((12, 50)).astype(np.float32)
    train, triangle = linear.row_space(x)
    assert train.shape == (12, 12 + 1)
    assert np.allclose(train[:, :-1] @ train[:, :-1].T, x @ x.T, atol=1e-3), "distances and angles stay"
    assert (train[:, -1] == 1).all(), "the intercept's column"
    weights = np.append(random.standard_normal(12), 0.5)
    function = linear.on_features(weights, x, triangle)
    assert np.allclose(function(x), train @ weights, atol=1e-4), "and so do the scores of the rows"
    span = np.linalg.lstsq(x.T, function.weights, rcond=None)[0]
    assert np.allclose(x.T @ span, function.weights, atol=1e-4), "weights lie in the span of the rows"


def test_rows_that_are_copies_of_each_other_are_no_obstacle():
    random = np.random.default_rng(0)
    x = np.repeat(random.standard_normal((6, 40)).astype(np.float32), 2, axis=0)
    train, triangle = linear.row_space(x)
    weights = np.append(train[:, :-1].T @ random.standard_normal(12), 0.0)
    assert np.allclose(linear.on_features(weights, x, triangle)(x), train @ weights, rtol=1e-3)
