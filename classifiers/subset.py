"""One training subset with the test rows: what several classifiers share is computed once."""

from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from classifiers.selection import Folds, make_folds

Matrix = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Subset:
    """Training rows with labels and groups (patients), test rows, and a seed.

    `train` is (n, d) and `test` (m, d) float32; `labels` holds 0 and 1. Rows stand in nested order:
    the first k are themselves a subset, stratified and grouped by patient. `threads` is for
    libraries that must be told; BLAS is limited by the caller.
    """

    train: Matrix
    labels: NDArray[np.int64]
    groups: NDArray[Any]
    test: Matrix
    seed: int
    threads: int = 1

    @cached_property
    def _scaler(self) -> StandardScaler:
        broken = int((~np.isfinite(self.train)).sum() + (~np.isfinite(self.test)).sum())
        if broken:
            raise ValueError(f"{broken} values of the embedding are not finite numbers")
        return StandardScaler().fit(self.train)

    @cached_property
    def x(self) -> Matrix:
        """The training rows, each feature standardised over the whole subset (no label is used)."""
        return np.ascontiguousarray(self._scaler.transform(self.train), dtype=np.float32)

    @cached_property
    def x_test(self) -> Matrix:
        """The test rows, standardised by the training rows."""
        return np.ascontiguousarray(self._scaler.transform(self.test), dtype=np.float32)

    @cached_property
    def folds(self) -> Folds:
        """The folds in which every classifier chooses its hyperparameters."""
        return make_folds(self.labels, self.groups, self.seed)

    @cached_property
    def seconds_shared(self) -> float:
        """Seconds to standardise and to make the folds: done once, counted by every classifier that asks."""
        began = perf_counter()
        _ = self.x, self.x_test, self.folds
        return perf_counter() - began

    def bytes_of_rows(self, rows: int) -> int:
        """The size of so many float32 rows, and of the mean and scale that standardise others like them."""
        return 4 * (rows + 2) * int(self.train.shape[1])

    def first(self, rows: int) -> "Subset":
        """The subset of the first `rows` training rows."""
        return Subset(
            self.train[:rows], self.labels[:rows], self.groups[:rows], self.test, self.seed, self.threads
        )
