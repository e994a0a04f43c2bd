"""The decision functions of fitted classifiers as plain arrays, so that a file holds them without code."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from classifiers.selection import Floats
from classifiers.tabicl_function import InContext
from classifiers.train_and_test import Matrix

_ARRAYS, _TREES = "classifier.safetensors", "trees.json"
_ROWS = 2_000  # rows whose kernel is in memory at once; chosen by hand
_NEAREST = 1e-6  # a smaller distance is that of a copy, which then outweighs all others; chosen by hand


class DecisionFunction(Protocol):
    """Maps standardised rows (m, d) float32 to one number (m,) float64 each: higher is more abnormal."""

    def __call__(self, rows: Matrix) -> Floats: ...


class KeptFunction(DecisionFunction, Protocol):
    """A decision function that a folder can hold."""

    def save(self, folder: Path) -> None:
        """Write its files into an existing folder."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read it. Raises OSError, ValueError or KeyError for files that are absent or damaged."""


@dataclass(frozen=True, eq=False)
class Linear:
    """`rows @ weights + intercept`, with `weights` (d,) float32."""

    weights: NDArray[np.float32]
    intercept: float

    def __call__(self, rows: Matrix) -> Floats:
        return (rows @ self.weights + np.float32(self.intercept)).astype(np.float64)

    def save(self, folder: Path) -> None:
        save_file({"weights": self.weights, "intercept": np.array([self.intercept])}, folder / _ARRAYS)

    @classmethod
    def load(cls, folder: Path) -> Self:
        arrays = load_file(folder / _ARRAYS)
        return cls(arrays["weights"], float(arrays["intercept"][0]))


@dataclass(frozen=True, eq=False)
class GaussianKernel:
    """Σ coefficient · exp(-gamma |row - vector|²) + intercept, over support vectors (s, d) float32."""

    vectors: Matrix
    coefficients: Floats  # (s,)
    gamma: float
    intercept: float

    def __call__(self, rows: Matrix) -> Floats:
        scores = np.empty(len(rows))
        for start in range(0, len(rows), _ROWS):
            distances = squared_distances(rows[start : start + _ROWS], self.vectors)
            kernel = np.exp(-np.float32(self.gamma) * distances).astype(np.float64)
            scores[start : start + _ROWS] = kernel @ self.coefficients + self.intercept
        return scores

    def save(self, folder: Path) -> None:
        numbers = np.array([self.gamma, self.intercept])
        arrays: dict[str, NDArray[Any]] = {
            "vectors": self.vectors,
            "coefficients": self.coefficients,
            "gamma_intercept": numbers,
        }
        save_file(arrays, folder / _ARRAYS)

    @classmethod
    def load(cls, folder: Path) -> Self:
        arrays = load_file(folder / _ARRAYS)
        gamma, intercept = arrays["gamma_intercept"]
        return cls(arrays["vectors"], arrays["coefficients"], float(gamma), float(intercept))


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The share of positives among the `count` nearest training rows (n, d), weighted by 1 / distance."""

    vectors: Matrix
    labels: NDArray[np.uint8]  # (n,)
    count: int
    cosine: bool

    def __call__(self, rows: Matrix) -> Floats:
        distances, found = nearest(rows, self.vectors, self.count, self.cosine)
        return weighted_share(distances, self.labels[found])

    def save(self, folder: Path) -> None:
        numbers = np.array([self.count, self.cosine])
        arrays: dict[str, NDArray[Any]] = {
            "vectors": np.ascontiguousarray(self.vectors),
            "labels": self.labels,
            "count_cosine": numbers,
        }
        save_file(arrays, folder / _ARRAYS)

    @classmethod
    def load(cls, folder: Path) -> Self:
        arrays = load_file(folder / _ARRAYS)
        count, cosine = arrays["count_cosine"]
        return cls(arrays["vectors"], arrays["labels"], int(count), bool(cosine))


@dataclass(frozen=True, eq=False)
class Trees:
    """The log odds of XGBoost's trees; the file is XGBoost's JSON."""

    booster: xgb.Booster

    def __call__(self, rows: Matrix) -> Floats:
        return np.asarray(self.booster.inplace_predict(rows, predict_type="margin"), dtype=np.float64)

    def save(self, folder: Path) -> None:
        self.booster.save_model(folder / _TREES)

    @classmethod
    def load(cls, folder: Path) -> Self:
        booster = xgb.Booster()
        try:
            booster.load_model(folder / _TREES)
        except xgb.core.XGBoostError as error:
            raise ValueError(f"{folder / _TREES} holds no trees of XGBoost") from error
        return cls(booster)


@dataclass(frozen=True)
class Same:
    """The same number for every row: the majority baseline."""

    def __call__(self, rows: Matrix) -> Floats:
        return np.zeros(len(rows))

    def save(self, folder: Path) -> None:
        """Nothing to write."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls()


KEPT_FUNCTIONS: dict[str, type[KeptFunction]] = {
    "linear": Linear,
    "gaussian_kernel": GaussianKernel,
    "neighbours": Neighbours,
    "trees": Trees,
    "in_context": InContext,
    "same": Same,
}


def squared_distances(a: Matrix, b: Matrix) -> Matrix:
    """|a_i - b_j|² as (n, m) float32, by one matrix product."""
    distances: Matrix = a @ b.T
    distances *= -2
    distances += np.einsum("ij,ij->i", a, a)[:, None]
    distances += np.einsum("ij,ij->i", b, b)[None, :]
    np.maximum(distances, 0, out=distances)
    return distances


def nearest(
    rows: Matrix, vectors: Matrix, count: int, cosine: bool = False
) -> tuple[Matrix, NDArray[np.intp]]:
    """The distances (m, k) of rows (m, d) to their nearest of `vectors` (n, d), rising, and which they are.

    Euclidean, or one minus the `cosine`. k is `count`, or n where there are fewer vectors.
    """
    if cosine:
        rows, vectors = _directions(rows), _directions(vectors)
    count = min(count, len(vectors))
    distances, found = np.empty((len(rows), count), np.float32), np.empty((len(rows), count), np.intp)
    for start in range(0, len(rows), _ROWS):
        part = slice(start, min(start + _ROWS, len(rows)))
        squares = squared_distances(rows[part], vectors)
        some = np.argpartition(squares, count - 1, axis=1)[:, :count]
        near = np.take_along_axis(squares, some, axis=1)
        order = np.argsort(near, axis=1, kind="stable")
        found[part] = np.take_along_axis(some, order, axis=1)
        near = np.take_along_axis(near, order, axis=1)
        distances[part] = near / 2 if cosine else np.sqrt(near)
    return distances, found


def weighted_share(distances: Matrix, labels: NDArray[Any]) -> Floats:
    """The mean of neighbours' labels (m, k), weighted by 1 / distance: (m,)."""
    weights = 1 / np.maximum(distances.astype(np.float64), _NEAREST)
    return np.asarray((weights * labels).sum(axis=1) / weights.sum(axis=1), dtype=np.float64)


def _directions(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)
