"""L2-regularised logistic regression and linear SVM.

Both minimise C · Σ loss(y, x·w + b) + |w|²/2 for each strength C, in the span of the rows. By numpy each
strength begins at the solution of the one before; by torch, on a device, all are solved at once.
"""

from collections.abc import Iterator
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from classifiers.classifier import ReferenceEstimator
from classifiers.decision_functions import Linear
from classifiers.fitting import Fit, conclude
from classifiers.newton import LOGISTIC, SQUARED_HINGE, Loss, Solution, Solver
from classifiers.selection import Candidate, Floats, Folds, best_of, fold_auroc, until_worse
from classifiers.train_and_test import Matrix, TrainTest

# Powers of ten around scikit-learn's default of 1, more of them below: embeddings have many features.
STRENGTHS = tuple(10.0**power for power in range(-5, 2))
# Relative to the largest inner product: far below float32's resolution, far above float64's. Chosen by hand.
_RANK_CUT = 1e-10
_Solved = tuple[Floats, Candidate, float]  # weights of the columns, what was chosen, and the time when it was


def logistic_regression(data: TrainTest) -> Fit:
    """L2 logistic regression, equal to sklearn.linear_model.LogisticRegression up to tolerance."""
    return _fit(data, LOGISTIC)


def plain_logistic_regression(features: int, seed: int, threads: int) -> ReferenceEstimator:
    """The scikit-learn estimator and grid that define `logistic_regression`."""
    return LogisticRegression(max_iter=10_000), {"C": list(STRENGTHS)}


def linear_svm(data: TrainTest) -> Fit:
    """Linear SVM with squared hinge loss, as sklearn.svm.LinearSVC but with a free intercept."""
    return _fit(data, SQUARED_HINGE)


def plain_linear_svm(features: int, seed: int, threads: int) -> ReferenceEstimator:
    """The scikit-learn estimator and grid that define `linear_svm`.

    LinearSVC regularises its intercept, `linear_svm` does not; `intercept_scaling=10` makes the effect small.
    """
    plain = LinearSVC(dual="auto", intercept_scaling=10, max_iter=10_000, random_state=seed)
    return plain, {"C": list(STRENGTHS)}


def _fit(data: TrainTest, loss: Loss) -> Fit:
    shared, began = data.seconds_shared, perf_counter()
    train, triangle = row_space(data.x)
    if data.device:
        weights, best, selected = _solved_at_once(train, data, loss)
    else:
        weights, best, selected = _solved_in_turn(train, data, loss)
    fitted = perf_counter()

    seconds = {"select": shared + selected - began, "fit": fitted - selected}
    score = on_features(weights, data.x, triangle)
    return conclude(best, data, score, seconds, data.bytes_of_rows(1), device=data.device)


def _solved_in_turn(train: Matrix, data: TrainTest, loss: Loss) -> _Solved:
    solver = Solver(train, data.labels, loss)
    best = best_of(until_worse(_path(solver, data.labels, data.folds)))
    selected = perf_counter()
    found = solver.solve(best.parameters["C"], np.ones(len(train), np.bool_))
    return found.weights, best, selected


def _solved_at_once(train: Matrix, data: TrainTest, loss: Loss) -> _Solved:
    from classifiers.newton_batched import BatchedSolver  # imports torch, which takes seconds

    solver = BatchedSolver(train, data.labels, loss, data.device)
    seen = _seen(data.folds, len(train))
    weights = solver.solve(np.repeat(STRENGTHS, len(seen)), np.tile(seen, (len(STRENGTHS), 1)))
    by_strength = weights.reshape(len(STRENGTHS), len(seen), -1)
    best = best_of(until_worse(_candidates(train, data, by_strength)))
    selected = perf_counter()
    of_all = np.ones((1, len(train)), np.bool_)
    return solver.solve(np.array([best.parameters["C"]]), of_all)[0], best, selected


def _candidates(train: Matrix, data: TrainTest, by_strength: Floats) -> Iterator[Candidate]:
    """One candidate per strength, from strong to weak, of weights (strengths, folds, columns)."""
    for strength, of_folds in zip(STRENGTHS, by_strength, strict=True):
        held_out = np.empty(len(train))
        for weights, (_, rows) in zip(of_folds, data.folds, strict=True):
            held_out[rows] = train[rows] @ weights.astype(np.float32)
        yield Candidate({"C": strength}, held_out, fold_auroc(data.labels, held_out, data.folds))


def _seen(folds: Folds, count: int) -> NDArray[np.bool_]:
    """The rows (folds, n) that each fold's solution may use: all but its validation rows."""
    seen = np.ones((len(folds), count), np.bool_)
    for own, (_, rows) in zip(seen, folds, strict=True):
        own[rows] = False
    return seen


def _path(solver: Solver, labels: NDArray[np.int64], folds: Folds) -> Iterator[Candidate]:
    """One candidate per strength, from strong to weak, each started at the previous solution."""
    solutions: list[Solution | None] = [None] * len(folds)
    held_out, seen = np.empty(len(labels)), _seen(folds, len(labels))
    for strength in STRENGTHS:
        for fold, (_, rows) in enumerate(folds):
            solutions[fold] = found = solver.solve(strength, seen[fold], solutions[fold])
            held_out[rows] = solver.x[rows] @ found.weights.astype(np.float32)
        yield Candidate({"C": strength}, held_out.copy(), fold_auroc(labels, held_out, folds))


def row_space(x: Matrix) -> tuple[Matrix, Floats | None]:
    """Reduce the features to at most n dimensions without loss: an L2 solution lies in the span of the rows.

    Returns `x` (n, d) as (n, min(n, d) + 1) with the same inner products and a last column of ones for the
    intercept; and, for n < d, the triangle T (n, n) with T Tᵀ = x xᵀ that replaces it, else None.
    """
    n, d = x.shape
    if n >= d:
        return _with_intercept(x), None
    wide = x.astype(np.float64)
    products = wide @ wide.T
    products[np.diag_indices_from(products)] += _RANK_CUT * products.diagonal().max()
    triangle: Floats = np.asarray(np.linalg.cholesky(products), dtype=np.float64)
    return _with_intercept(triangle.astype(np.float32)), triangle


def on_features(weights: Floats, x: Matrix, triangle: Floats | None) -> Linear:
    """The linear function of features (d,) with these weights of the columns of `row_space`."""
    direction = weights[:-1]
    if triangle is not None:
        direction = solve_triangular(triangle, direction, trans=1, lower=True) @ x.astype(np.float64)
    return Linear(direction.astype(np.float32), float(weights[-1]))


def _with_intercept(x: Matrix) -> Matrix:
    return np.hstack([x, np.ones((len(x), 1), np.float32)])
