"""L2-regularised logistic regression and linear SVM; all folds are solved together by matrix products.

Both minimise C · Σ loss(y, x·w + b) + |w|²/2 for each strength C. The matrix P = C · bound · XᵀX + I is an
upper bound of every Hessian (Böhning 1992: the second derivative of the logistic loss is at most 1/4), so
that accelerated gradient steps preconditioned by P need no step length and few iterations (Nesterov 1983,
with the restart of O'Donoghue and Candès 2015). One factorisation of P is used for all folds of a strength.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from classifiers.classifier import ReferenceEstimator
from classifiers.decision_functions import Linear
from classifiers.fitting import Fit, conclude
from classifiers.selection import Candidate, Folds, best_of, fold_auroc, until_worse
from classifiers.train_and_test import Matrix, TrainTest

# Powers of ten around scikit-learn's default of 1, more of them below: embeddings have many features.
STRENGTHS = tuple(10.0**power for power in range(-5, 2))
_TOLERANCE = 1e-5  # relative to the first step; with 1e-3, AUROC was up to 0.03 lower at weak regularisation
_ITERATIONS = 2_000  # upper limit; chosen by hand
# Relative to the largest eigenvalue: about float32's resolution (1.2e-7); smaller eigenvalues are rounding.
_RANK_CUT = 1e-7
# Relative to the largest diagonal entry: keeps P positive definite despite rounding in float32. P only scales
# the steps, so that the solution does not change. Chosen by hand.
_RIDGE = 1e-6
Columns = NDArray[np.float32]


@dataclass(frozen=True)
class Loss:
    """A smooth loss: its derivative (of scores (n, k) and signs ±1), and a bound of its second derivative."""

    slope: Callable[[Columns, Columns], Columns]
    curvature: float


LOGISTIC = Loss(lambda z, signs: -signs * expit(-signs * z), 0.25)
SQUARED_HINGE = Loss(lambda z, signs: -2 * signs * np.maximum(1 - signs * z, 0), 2.0)


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
    train, basis = row_space(data.x)
    solver = Solver(train, data.labels, loss)
    best = best_of(until_worse(_path(solver, data.labels, data.folds)))
    selected = perf_counter()
    weights = solver.solve(best.parameters["C"], np.ones((len(train), 1), np.float32))
    fitted = perf_counter()

    seconds = {"select": shared + selected - began, "fit": fitted - selected}
    return conclude(best, data, on_features(weights[:, 0], basis), seconds, data.bytes_of_rows(1))


def _path(solver: "Solver", labels: NDArray[np.int64], folds: Folds) -> Iterator[Candidate]:
    """One candidate per strength, from strong to weak, each started at the previous solution."""
    seen = np.ones((len(labels), len(folds)), np.float32)
    for column, (_, rows) in enumerate(folds):
        seen[rows, column] = 0
    weights = None
    for strength in STRENGTHS:
        weights = solver.solve(strength, seen, weights)
        held_out = _held_out(solver.x, weights, folds)
        yield Candidate({"C": strength}, held_out, fold_auroc(labels, held_out, folds))


def _held_out(x: Matrix, weights: Columns, folds: Folds) -> NDArray[np.float64]:
    scores = np.empty(len(x))
    for column, (_, rows) in enumerate(folds):
        scores[rows] = x[rows] @ weights[:, column]
    return scores


def row_space(x: Matrix) -> tuple[Matrix, Matrix | None]:
    """Reduce the features to at most n dimensions without loss: an L2 solution lies in the span of the rows.

    Returns `x` (n, d) as (n, r + 1), with a last column of ones for the intercept, and the basis (d, r) that
    maps weights back to the features; None where they are the features themselves.
    """
    n, d = x.shape
    if n >= d:
        return _with_intercept(x), None
    values, vectors = np.linalg.eigh((x @ x.T).astype(np.float64))
    keep = values > values[-1] * _RANK_CUT
    scale = np.sqrt(values[keep])
    basis = (x.T @ (vectors[:, keep] / scale).astype(np.float32)).astype(np.float32)
    train = (vectors[:, keep] * scale).astype(np.float32)
    return _with_intercept(train), basis


def on_features(weights: NDArray[np.float32], basis: Matrix | None) -> Linear:
    """The linear function of features (d,) with these weights (r + 1,) in the basis of `row_space`."""
    direction = weights[:-1] if basis is None else basis @ weights[:-1]
    return Linear(np.ascontiguousarray(direction), float(weights[-1]))


class Solver:
    """Minimises one loss on one matrix for any strength and any columns of row weights."""

    def __init__(self, x: Matrix, labels: NDArray[np.int64], loss: Loss) -> None:
        self.x = x
        self._signs = (2.0 * labels[:, None] - 1).astype(np.float32)
        self._loss = loss
        self._gram = x.T @ x
        self._penalty = np.ones((x.shape[1], 1), np.float32)
        self._penalty[-1] = 0  # the intercept is not regularised

    def solve(self, strength: float, row_weights: Columns, start: Columns | None = None) -> Columns:
        """The weights (d + 1, k), intercept last, for k columns of row weights (n, k)."""
        bound = np.float32(strength * self._loss.curvature) * self._gram
        bound[np.diag_indices_from(bound)] += (
            self._penalty[:, 0] + np.float32(_RIDGE) * bound.diagonal().max()
        )
        factor = cho_factor(bound, lower=True, overwrite_a=True, check_finite=False)
        new = np.zeros((self.x.shape[1], row_weights.shape[1]), np.float32) if start is None else start
        ahead, momentum, first = new, np.ones(new.shape[1], np.float32), None
        for _ in range(_ITERATIONS):
            slope = self._loss.slope(self.x @ ahead, self._signs) * row_weights
            gradient = np.float32(strength) * (self.x.T @ slope) + self._penalty * ahead
            step = cho_solve(factor, gradient, check_finite=False)
            old, new = new, (ahead - step).astype(np.float32)
            size = np.einsum("ij,ij->j", gradient, step)
            first = self._scale(strength, row_weights, factor) if first is None else first
            if np.all(size <= _TOLERANCE**2 * first):
                break
            uphill = np.einsum("ij,ij->j", gradient, new - old) > 0
            momentum = np.where(uphill, np.float32(1), momentum).astype(np.float32)
            following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
            ahead = new + np.where(uphill, np.float32(0), (momentum - 1) / following) * (new - old)
            momentum = following.astype(np.float32)
        return new

    def _scale(
        self, strength: float, row_weights: Columns, factor: tuple[Matrix, bool]
    ) -> NDArray[np.float32]:
        """The size of the first step from zero weights, to which _TOLERANCE is relative."""
        slope = self._loss.slope(np.zeros_like(row_weights), self._signs) * row_weights
        gradient = np.float32(strength) * (self.x.T @ slope)
        size: NDArray[np.float32] = np.einsum(
            "ij,ij->j", gradient, cho_solve(factor, gradient, check_finite=False)
        )
        return size


def _with_intercept(x: Matrix) -> Matrix:
    return np.hstack([x, np.ones((len(x), 1), np.float32)])
