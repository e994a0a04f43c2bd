"""Minimise C · Σ loss(y (x·w + b)) + |w|²/2 for any strength C and any rows, by truncated Newton steps.

Each step solves the Newton equations by conjugate gradients (Dembo and Steihaug 1983), preconditioned by the
Cholesky factor of an earlier Hessian. While the curvature has changed little since, two or three products
with the matrix are enough, and one Gram matrix serves all folds and strengths of many images. Where it has
changed much, as where weak regularisation separates the classes, they are given up after PRODUCTS, and the
Hessian is computed anew.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import strsv
from scipy.linalg.lapack import spotrf
from scipy.special import expit

from classifiers.selection import Floats
from classifiers.train_and_test import Matrix

# Stop after a step that promised less than this share of the objective. Newton steps end far below what they
# promise: objectives are within 2e-6 of scikit-learn's (tests), and 1e-8 changed no AUROC in the fifth digit.
TOLERANCE = 1e-6
STEPS = 100  # upper limit; up to 30 were seen
# Products with the matrix before a new Hessian is cheaper. 5 to 30 were about as fast on planted features;
# on 4,708 × 384 real ones, 40 took 1.5 times as long.
PRODUCTS = 10
RESIDUAL = 0.1  # of the Newton equations, in the norm of the preconditioner; chosen by hand
DECREASE = 1e-4  # Armijo's share of the promised decrease (Nocedal and Wright 2006, section 3.1)
SHORTEST = 1e-6  # shortest step that is tried: shorter ones are rounding
# Relative to the largest diagonal entry: keeps the preconditioner positive definite despite rounding in
# float32. It only scales the steps, so that the solution does not change. Chosen by hand.
RIDGE = 1e-6
_BLOCK = 4_000  # rows of the matrix that are scaled at once, to save memory


@dataclass(frozen=True)
class Loss:
    """A convex loss of margins (n,): its values, its first and its second derivatives."""

    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    curvature: Callable[[Floats], Floats]


LOGISTIC = Loss(
    lambda margins: np.logaddexp(0, -margins),
    lambda margins: -expit(-margins),
    lambda margins: expit(margins) * expit(-margins),
)
SQUARED_HINGE = Loss(
    lambda margins: np.maximum(1 - margins, 0) ** 2,
    lambda margins: -2 * np.maximum(1 - margins, 0),
    lambda margins: np.where(
        margins < 1, 2.0, 0.0
    ),  # where it has none, either one-sided one (Keerthi and DeCoste 2005)
)


@dataclass(frozen=True, eq=False)
class Solution:
    """Weights (d,) at a minimum, and the Gram matrix (d, d) of the last Hessian; None: that at zero."""

    weights: Floats
    gram: Matrix | None = None


@dataclass(frozen=True, eq=False)
class _Step:
    """A step of the weights (d,) and of the scores (n,), and whether PRODUCTS were enough for RESIDUAL."""

    weights: Floats
    scores: Floats
    solved: bool


class Solver:
    """Minimises one loss on one matrix (n, d) float32 whose last column, of ones, is not regularised."""

    def __init__(self, x: Matrix, labels: NDArray[np.int64], loss: Loss) -> None:
        self.x = x
        self._signs = 2.0 * labels - 1
        self._loss = loss
        self._penalty = np.ones(x.shape[1])
        self._penalty[-1] = 0
        self._gram = self._weighted_gram(loss.curvature(np.zeros(len(x))))
        self._factors: dict[float, Matrix] = {}

    def solve(self, strength: float, rows: NDArray[np.bool_], start: Solution | None = None) -> Solution:
        """The minimum over the chosen rows (n,), from the solution at another strength or of other rows."""
        now = start or Solution(np.zeros(self.x.shape[1]))
        factor = self._common_factor(strength) if now.gram is None else self._factor(strength, now.gram)
        chosen = np.where(rows, strength, 0.0)
        margins = self._signs * self._scores(now.weights)
        for _ in range(STEPS):
            of_loss = self._back(chosen * self._signs * self._loss.slope(margins))
            gradient = of_loss + self._penalty * now.weights
            curvature = chosen * self._loss.curvature(margins)
            step = self._newton_step(gradient, curvature, factor)
            if not step.solved:
                gram = self._weighted_gram(curvature / strength)
                now, factor = Solution(now.weights, gram), self._factor(strength, gram)
                step = self._newton_step(gradient, curvature, factor)
            along = self._signs * step.scores
            length, promised, objective = self._search(now.weights, step.weights, margins, along, chosen)
            now = Solution(now.weights - length * step.weights, now.gram)
            margins = margins - length * along
            if promised <= TOLERANCE * objective or not length:
                break
        return now

    def _newton_step(self, gradient: Floats, curvature: Floats, factor: Matrix) -> _Step:
        """Conjugate gradients on the Newton equations."""
        step, scores = np.zeros_like(gradient), np.zeros(len(self.x))
        residual, direction = gradient, _solve(factor, gradient)
        size = first = residual @ direction
        for _ in range(PRODUCTS):
            if size <= RESIDUAL**2 * first:
                break
            towards = self._scores(direction)
            product = self._back(curvature * towards) + self._penalty * direction
            length = size / (direction @ product)
            step, scores = step + length * direction, scores + length * towards
            residual = residual - length * product
            scaled = _solve(factor, residual)
            size, last = residual @ scaled, size
            direction = scaled + size / last * direction
        return _Step(step, scores, bool(size <= RESIDUAL**2 * first))

    def _search(
        self, weights: Floats, step: Floats, margins: Floats, along: Floats, chosen: Floats
    ) -> tuple[float, float, float]:
        """How much of the step to take, the decrease that it promises at first, and the objective before."""

        def objective(length: float) -> float:
            moved = weights - length * step
            loss = self._loss.value(margins - length * along)
            return float(chosen @ loss + self._penalty @ moved**2 / 2)

        before, length = objective(0.0), 1.0
        slopes = chosen * self._loss.slope(margins)
        promised = float(slopes @ along + self._penalty * weights @ step)
        while objective(length) > before - DECREASE * length * promised:
            length /= 2
            if length < SHORTEST:
                return 0.0, promised, before
        return length, promised, before

    def _scores(self, weights: Floats) -> Floats:
        return (self.x @ weights.astype(np.float32)).astype(np.float64)

    def _back(self, of_rows: Floats) -> Floats:
        return (of_rows.astype(np.float32) @ self.x).astype(np.float64)

    def _weighted_gram(self, curvature: Floats) -> Matrix:
        """Σ curvature · x xᵀ, (d, d), over the rows that have any."""
        gram = np.zeros((self.x.shape[1], self.x.shape[1]), np.float32)
        rows = np.flatnonzero(curvature)
        for block in np.split(rows, range(_BLOCK, len(rows), _BLOCK)):
            scaled = self.x[block] * np.sqrt(curvature[block]).astype(np.float32)[:, None]
            gram += scaled.T @ scaled
        return gram

    def _common_factor(self, strength: float) -> Matrix:
        """The factor at zero weights over all rows, which folds share until they need their own."""
        if strength not in self._factors:
            self._factors = {strength: self._factor(strength, self._gram)}  # the last is enough
        return self._factors[strength]

    def _factor(self, strength: float, gram: Matrix) -> Matrix:
        """The lower Cholesky factor of the Hessian with this Gram matrix, in Fortran's order."""
        hessian = np.float32(strength) * gram
        hessian[np.diag_indices_from(hessian)] += self._penalty + RIDGE * hessian.diagonal().max()
        factor, failed = spotrf(hessian.T, lower=1, clean=0, overwrite_a=1)
        if failed:
            raise FloatingPointError(f"the Hessian at C = {strength:g} is not positive definite")
        return np.asarray(factor, dtype=np.float32)


def _solve(factor: Matrix, vector: Floats) -> Floats:
    """Both triangles one after the other: for one vector five times as fast as LAPACK's solver of many."""
    half = strsv(factor, vector.astype(np.float32), lower=1)
    return np.asarray(strsv(factor, half, lower=1, trans=1), dtype=np.float64)
