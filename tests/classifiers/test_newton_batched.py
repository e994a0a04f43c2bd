"""The batched solver against the one in numpy, with torch on the CPU."""

from dataclasses import replace

import numpy as np
import pytest

from classifiers import linear, newton, newton_batched
from classifiers.catalogue import CLASSIFIERS
from classifiers.selection import auroc
from tests.classifiers.problems import make
from tests.classifiers.test_newton import ill_conditioned, objective

LOSSES = [newton.LOGISTIC, newton.SQUARED_HINGE]


@pytest.mark.parametrize("loss", LOSSES)
def test_the_losses_are_those_in_numpy(loss):
    margins = np.array([-800.0, -3.0, -1e-3, 0.5, 1.0, 2.0, 800.0])
    tensor = newton_batched.torch.from_numpy(margins)
    for name in ("value", "slope", "curvature"):
        found = getattr(newton_batched._LOSSES[loss], name)(tensor).numpy()
        assert np.allclose(found, getattr(loss, name)(margins), rtol=1e-12, atol=1e-300), name


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("problem", ["few rows", "many rows", "nearly copies"])
def test_each_problem_of_a_batch_is_solved_as_if_it_were_alone(loss, problem):
    if problem == "nearly copies":
        x, labels = ill_conditioned()
    else:
        data, _ = make(*{"few rows": (80, 200), "many rows": (300, 20)}[problem])
        x, labels = data.x, data.labels
    train, _ = linear.row_space(x)
    rows = np.ones((3, len(x)), np.bool_)
    rows[2, ::5] = False
    strengths = np.array([1e-4, 10.0, 1.0])
    together = newton_batched.BatchedSolver(train, labels, loss, "cpu").solve(strengths, rows)
    solver = newton.Solver(train, labels, loss)
    for strength, seen, weights in zip(strengths, rows, together, strict=True):
        alone = solver.solve(strength, seen).weights
        ours, theirs = (
            objective(loss, strength, found[:-1], found[-1], train[seen, :-1], labels[seen])
            for found in (weights, alone)
        )
        assert ours == pytest.approx(theirs, rel=2e-6)


@pytest.mark.parametrize("name", ["logistic_regression", "linear_svm"])
@pytest.mark.parametrize(("n", "d"), [(100, 300), (600, 40)])
def test_the_fit_on_a_device_is_the_fit_in_numpy(name, n, d):
    data, truth = make(n, d)
    ours, numpys = (CLASSIFIERS[name].fit(replace(data, device=device)) for device in ("cpu", ""))
    assert ours.parameters == numpys.parameters
    assert ours.selection_auroc == pytest.approx(numpys.selection_auroc, abs=1e-6)
    assert auroc(truth, ours.probabilities) == pytest.approx(auroc(truth, numpys.probabilities), abs=1e-6)
    scores = [fit.model.decide(data.x_test) for fit in (ours, numpys)]
    assert np.allclose(*scores, atol=1e-3 * np.abs(scores[1]).max())
    assert (ours.device, numpys.device) == ("cpu", "")


def test_features_that_tell_nothing_get_no_weight():
    constant, labels = np.zeros((10, 3), np.float32), np.array([0, 1] * 5)
    solver = newton_batched.BatchedSolver(linear._with_intercept(constant), labels, newton.LOGISTIC, "cpu")
    assert np.array_equal(solver.solve(np.array([1.0]), np.ones((1, 10), np.bool_)), np.zeros((1, 4)))


def test_a_matrix_that_is_not_finite_is_refused():
    x = np.full((4, 2), np.inf, np.float32)
    solver = newton_batched.BatchedSolver(x, np.array([0, 1, 0, 1]), newton.LOGISTIC, "cpu")
    with pytest.raises(FloatingPointError, match="C = 1 is not positive definite"):
        solver.solve(np.array([1.0]), np.ones((1, 4), np.bool_))


@pytest.mark.parametrize("loss", LOSSES)
def test_one_product_serves_all_strengths_and_folds(loss, monkeypatch):
    data, _ = make(1000, 40)
    train, _ = linear.row_space(data.x)
    products = {newton.Solver: 0, newton_batched.BatchedSolver: 0}
    for solver in products:

        def counted(self, weights, solver=solver, real=solver._scores):
            products[solver] += 1
            return real(self, weights)

        monkeypatch.setattr(solver, "_scores", counted)
    linear._solved_in_turn(train, data, loss)
    linear._solved_at_once(train, replace(data, device="cpu"), loss)
    in_turn, at_once = products.values()
    assert 5 * at_once < in_turn, f"{at_once} and {in_turn}"
