"""The minimisation of `classifiers.newton` for all strengths and folds at once, by torch on any device.

The same truncated Newton steps with the same constants: each problem is one row of a batch, so that a product
with the matrix serves all of them. They begin at zero, since none waits for the solution at another strength.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import logsigmoid

from classifiers.newton import (
    DECREASE,
    LOGISTIC,
    PRODUCTS,
    RESIDUAL,
    RIDGE,
    SHORTEST,
    SQUARED_HINGE,
    STEPS,
    TOLERANCE,
    Loss,
)
from classifiers.selection import Floats
from classifiers.train_and_test import Matrix


@dataclass(frozen=True)
class _Loss:
    """`newton.Loss` on tensors."""

    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    curvature: Callable[[Tensor], Tensor]


_LOSSES = {
    LOGISTIC: _Loss(
        lambda margins: -logsigmoid(margins),
        lambda margins: -torch.sigmoid(-margins),
        lambda margins: torch.sigmoid(margins) * torch.sigmoid(-margins),
    ),
    SQUARED_HINGE: _Loss(
        lambda margins: (1 - margins).clamp(min=0) ** 2,
        lambda margins: -2 * (1 - margins).clamp(min=0),
        lambda margins: 2.0 * (margins < 1),
    ),
}


@dataclass(frozen=True, eq=False)
class _Step:
    """Steps of the weights (p, d) and of the scores (p, n), and which of them PRODUCTS were enough for."""

    weights: Tensor
    scores: Tensor
    solved: Tensor


class BatchedSolver:
    """Minimises one loss on one matrix (n, d) float32 whose last column, of ones, is not regularised."""

    def __init__(self, x: Matrix, labels: NDArray[np.int64], loss: Loss, device: str) -> None:
        self._x = torch.from_numpy(x).to(device)
        self._signs = self._sent(2.0 * labels - 1)
        self._loss = _LOSSES[loss]
        self._penalty = self._sent(np.ones(x.shape[1]))
        self._penalty[-1] = 0
        self._gram = self._weighted_gram(self._loss.curvature(torch.zeros_like(self._signs)))

    def solve(self, strengths: Floats, rows: NDArray[np.bool_]) -> Floats:
        """The weights (p, d) at the minimum of each problem: its strength (p,) over its rows (p, n).

        Raises FloatingPointError where a Hessian is not positive definite in float32.
        """
        strength = self._sent(strengths)
        chosen = strength[:, None] * self._sent(rows)
        found = self._sent(np.zeros((len(strengths), self._x.shape[1])))
        weights, margins = torch.zeros_like(found), torch.zeros_like(chosen)
        factors = self._common_factors(strength)
        place = torch.arange(len(strengths), device=found.device)
        for _ in range(STEPS):
            of_loss = self._back(chosen * self._signs * self._loss.slope(margins))
            gradient = of_loss + self._penalty * weights
            curvature = chosen * self._loss.curvature(margins)
            step = self._newton_step(gradient, curvature, factors)
            for problem in torch.nonzero(~step.solved).flatten().tolist():
                gram = self._weighted_gram(curvature[problem] / strength[problem])
                factors[problem] = self._factor(strength[problem], gram)
            if not step.solved.all():
                step = self._newton_step(gradient, curvature, factors)
            length, promised, objective = self._search(weights, step, margins, chosen)
            weights = weights - length[:, None] * step.weights
            margins = margins - length[:, None] * self._signs * step.scores
            found[place] = weights
            going = (promised > TOLERANCE * objective) & (length > 0)
            if not going.any():
                break
            if not going.all():  # those that have ended leave the batch
                place, strength, chosen = place[going], strength[going], chosen[going]
                weights, margins, factors = weights[going], margins[going], factors[going]
        return found.cpu().numpy()

    def _newton_step(self, gradient: Tensor, curvature: Tensor, factors: Tensor) -> _Step:
        """Conjugate gradients on the Newton equations of all problems."""
        step, scores = torch.zeros_like(gradient), torch.zeros_like(curvature)
        residual, direction = gradient, _solve(factors, gradient)
        size = first = (residual * direction).sum(dim=1)
        for _ in range(PRODUCTS):
            going = size > RESIDUAL**2 * first
            if not going.any():
                break
            towards = self._scores(direction)
            product = self._back(curvature * towards) + self._penalty * direction
            length = (going * size / _or_one((direction * product).sum(dim=1)))[:, None]
            step, scores = step + length * direction, scores + length * towards
            residual = residual - length * product
            scaled = _solve(factors, residual)
            last, size = size, torch.where(going, (residual * scaled).sum(dim=1), size)
            direction = scaled + (size / _or_one(last))[:, None] * direction
        return _Step(step, scores, size <= RESIDUAL**2 * first)

    def _search(
        self, weights: Tensor, step: _Step, margins: Tensor, chosen: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """How much of each step to take, the decrease that it promises at first, and the objective before."""
        along = self._signs * step.scores

        def objective(length: Tensor) -> Tensor:
            moved = weights - length[:, None] * step.weights
            loss = self._loss.value(margins - length[:, None] * along)
            return (chosen * loss).sum(dim=1) + (self._penalty * moved**2).sum(dim=1) / 2

        length = torch.ones_like(chosen[:, 0])
        before = objective(torch.zeros_like(length))
        slopes = chosen * self._loss.slope(margins)
        promised = (slopes * along).sum(dim=1) + (self._penalty * weights * step.weights).sum(dim=1)
        while (short := objective(length) > before - DECREASE * length * promised).any():
            length = torch.where(short, length / 2, length)
            length = torch.where(length < SHORTEST, 0.0, length)
        return length, promised, before

    def _scores(self, weights: Tensor) -> Tensor:
        return (weights.float() @ self._x.T).double()

    def _back(self, of_rows: Tensor) -> Tensor:
        return (of_rows.float() @ self._x).double()

    def _weighted_gram(self, curvature: Tensor) -> Tensor:
        """Σ curvature · x xᵀ, (d, d) float32."""
        scaled = self._x * curvature.sqrt().float()[:, None]
        return scaled.T @ scaled

    def _common_factors(self, strength: Tensor) -> Tensor:
        """The factors (p, d, d) at zero weights over all rows, until a problem needs its own."""
        different, place = torch.unique(strength, return_inverse=True)
        return torch.stack([self._factor(one, self._gram) for one in different])[place]

    def _factor(self, strength: Tensor, gram: Tensor) -> Tensor:
        """The lower Cholesky factor of the Hessian with this Gram matrix."""
        hessian = strength.float() * gram
        hessian.diagonal().add_(self._penalty.float() + RIDGE * hessian.diagonal().max())
        factor: Tensor
        factor, failed = torch.linalg.cholesky_ex(hessian)
        if failed:
            raise FloatingPointError(f"the Hessian at C = {strength.item():g} is not positive definite")
        return factor

    def _sent(self, numbers: NDArray[np.generic]) -> Tensor:
        """A float64 copy on the device of the matrix."""
        return torch.from_numpy(numbers.astype(np.float64)).to(self._x.device)


def _solve(factors: Tensor, vectors: Tensor) -> Tensor:
    """The solutions (p, d) of the equations with these Cholesky factors (p, d, d)."""
    return torch.cholesky_solve(vectors.float()[:, :, None], factors)[:, :, 0].double()


def _or_one(divisors: Tensor) -> Tensor:
    """The divisors, 1 for those of problems that have nothing to do."""
    return torch.where(divisors == 0, 1.0, divisors)
