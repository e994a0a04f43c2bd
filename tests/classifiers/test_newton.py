"""The solver of the linear classifiers against scikit-learn's minimum."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from classifiers import linear, newton
from tests.classifiers.problems import make

LOSSES = [newton.LOGISTIC, newton.SQUARED_HINGE]


def objective(loss, strength, weights, intercept, x, labels):
    margins = (2 * labels - 1) * (x.astype(np.float64) @ weights + intercept)
    return strength * loss.value(margins).sum() + weights @ weights / 2


def excess(loss, strength, x, labels):
    """How much our objective is above scikit-learn's, as a share of it; any point's is at least the minimum's."""
    train, triangle = linear.row_space(x)
    solver, found = newton.Solver(train, labels, loss), None
    for weaker in [power for power in linear.STRENGTHS if power <= strength]:  # as the search does
        found = solver.solve(weaker, np.ones(len(x), np.bool_), found)
    ours = linear.on_features(found.weights, x, triangle)
    if loss is newton.LOGISTIC:
        plain = LogisticRegression(C=strength, tol=1e-10, max_iter=1_000, solver="newton-cholesky")
    else:  # regularises its intercept a little
        plain = LinearSVC(C=strength, dual=False, tol=1e-10, max_iter=10_000, intercept_scaling=100)
    plain.fit(x.astype(np.float64), labels)
    theirs = objective(loss, strength, plain.coef_[0], plain.intercept_[0], x, labels)
    return objective(loss, strength, ours.weights.astype(np.float64), ours.intercept, x, labels) / theirs - 1


def ill_conditioned(n=400, d=40, seed=0):
    """Standardised features that are nearly copies of each other, and classes that are nearly separable."""
    random = np.random.default_rng(seed)
    factors = random.standard_normal((n, d)) / (1 + np.arange(d)) ** 2
    x = factors @ random.standard_normal((d, d))
    labels = (factors[:, 0] + 3 * factors[:, 3] + 0.05 * random.standard_normal(n) > 0).astype(np.int64)
    return ((x - x.mean(axis=0)) / x.std(axis=0)).astype(np.float32), labels


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("n", "d"), [(80, 200), (300, 20), (150, 140)])
@pytest.mark.parametrize("strength", [1e-4, 1e-2, 1.0])
def test_the_objective_is_scikit_learns(loss, n, d, strength):
    data, _ = make(n, d)
    assert excess(loss, strength, data.x, data.labels) < 2e-6


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("strength", [1e-2, 10.0])
def test_the_objective_is_scikit_learns_where_features_are_nearly_copies(loss, strength):
    assert excess(loss, strength, *ill_conditioned()) < 2e-6


@pytest.mark.parametrize("loss", LOSSES)
def test_weak_regularisation_of_separable_classes_is_solved_too(loss):
    data, _ = make(120, 200, noise=0.0)
    assert excess(loss, 10.0, data.x, data.labels) < 2e-6


@pytest.mark.parametrize("loss", LOSSES)
def test_a_fold_is_solved_as_if_the_other_rows_did_not_exist(loss):
    data, _ = make(200, 30)
    train, _ = linear.row_space(data.x)
    seen = np.arange(200) >= 50
    of_all = newton.Solver(train, data.labels, loss).solve(1.0, seen)
    alone = newton.Solver(train[50:], data.labels[50:], loss).solve(1.0, np.ones(150, np.bool_))
    assert np.allclose(of_all.weights, alone.weights, atol=1e-4)


def test_few_steps_are_taken_where_bounded_ones_were_many(monkeypatch):
    """Steps with one bound of all Hessians did not end within 2,000 products here."""
    x, labels = ill_conditioned()
    solver = newton.Solver(linear.row_space(x)[0], labels, newton.LOGISTIC)
    products = []
    scores = newton.Solver._scores
    monkeypatch.setattr(newton.Solver, "_scores", lambda *given: products.append(1) or scores(*given))
    solver.solve(10.0, np.ones(len(x), np.bool_))
    assert len(products) < 150


@pytest.mark.parametrize("loss", LOSSES)
def test_features_that_tell_nothing_get_no_weight(loss):
    constant, labels = np.zeros((10, 3), np.float32), np.array([0, 1] * 5)
    found = newton.Solver(linear._with_intercept(constant), labels, loss).solve(1.0, np.ones(10, np.bool_))
    assert np.array_equal(found.weights, np.zeros(4))


def test_a_gram_matrix_is_summed_over_blocks_of_rows(monkeypatch):
    data, _ = make(100, 10)
    train, _ = linear.row_space(data.x)
    solver, weights = newton.Solver(train, data.labels, newton.LOGISTIC), np.linspace(0, 1, 100)
    monkeypatch.setattr(newton, "_BLOCK", 7)
    assert np.allclose(solver._weighted_gram(weights), (train.T * weights) @ train, rtol=1e-4, atol=1e-3)
