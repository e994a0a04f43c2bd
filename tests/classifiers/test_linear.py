"""The solver of the linear classifiers against scikit-learn's minimum."""

import numpy as np
import pytest

from classifiers import linear
from tests.classifiers import reference
from tests.classifiers.problems import make


@pytest.mark.parametrize("loss", [linear.LOGISTIC, linear.SQUARED_HINGE])
@pytest.mark.parametrize(("n", "d"), [(80, 200), (300, 20)])
@pytest.mark.parametrize("strength", [1e-4, 1e-2])
def test_the_solver_finds_the_minimum_scikit_learn_finds(loss, n, d, strength):
    data, _ = make(n, d)
    train, basis = linear.row_space(data.x)
    weights = linear.Solver(train, data.labels, loss).solve(strength, np.ones((n, 1), np.float32))
    name = "logistic_regression" if loss is linear.LOGISTIC else "linear_svm"
    plain, _ = reference.estimator(name, d, 0)
    plain.set_params(C=strength, tol=1e-8).fit(data.x, data.labels)
    ours, theirs = linear.on_features(weights[:, 0], basis)(data.x_test), plain.decision_function(data.x_test)
    assert np.allclose(ours - ours.mean(), theirs - theirs.mean(), atol=0.02 * theirs.std())


@pytest.mark.parametrize("loss", [linear.LOGISTIC, linear.SQUARED_HINGE])
def test_weak_regularisation_is_solved_as_far_as_scikit_learn_solves_it(loss):
    """Where the classes can be separated, steps become small long before the answer is reached."""
    data, _ = make(120, 200, noise=0.0)
    train, basis = linear.row_space(data.x)
    weights = linear.Solver(train, data.labels, loss).solve(1.0, np.ones((120, 1), np.float32))
    plain, _ = reference.estimator("logistic_regression" if loss is linear.LOGISTIC else "linear_svm", 200, 0)
    plain.set_params(C=1.0, tol=1e-8).fit(data.x.astype(np.float64), data.labels)
    ours, theirs = (
        linear.on_features(weights[:, 0], basis)(data.x_test),
        plain.decision_function(data.x_test.astype(np.float64)),
    )
    assert np.std(ours - theirs) < 0.02 * theirs.std()


def test_several_folds_at_once_are_each_fold_alone():
    data, _ = make(200, 30)
    train, _ = linear.row_space(data.x)
    columns = np.ones((200, 3), np.float32)
    columns[:50, 0] = columns[50:120, 1] = 0
    solver = linear.Solver(train, data.labels, linear.LOGISTIC)
    together = solver.solve(1e-2, columns)
    alone = np.hstack([solver.solve(1e-2, columns[:, [k]]) for k in range(3)])
    assert np.allclose(train @ together, train @ alone, atol=5e-3)


def test_rows_of_more_features_than_rows_are_the_same_problem_in_fewer():
    random = np.random.default_rng(0)
    x, other = (random.standard_normal((rows, 50)).astype(np.float32) for rows in (12, 5))
    train, basis = linear.row_space(x)
    assert train.shape == (12, 12 + 1)
    assert np.allclose(train[:, :-1] @ train[:, :-1].T, x @ x.T, atol=1e-3), "distances and angles stay"
    assert basis is not None
    assert np.allclose(other @ basis @ train[:, :-1].T, other @ x.T, atol=1e-3)
    assert (train[:, -1] == 1).all(), "the intercept's column"
