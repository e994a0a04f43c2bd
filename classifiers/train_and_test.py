"""Training and test rows; standardisation and folds, which classifiers share, are computed once."""

from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from classifiers.selection import Folds, make_folds

Matrix = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TrainTest:
    """Training rows with labels and groups (patients), test rows, and a seed.

    `train` is (n, d) and `test` (m, d) float32; `labels` holds 0 and 1. Rows are in nested order:
    the first k are themselves a training subset, stratified and grouped by patient. `threads` is
    passed to libraries with their own setting; the caller limits BLAS. `units` (n,) names the study of each
    training row where studies are reported, whose probability is the mean of their images'; None: images.
    `device` is torch's name of the device of what can be computed on one (`cuda:0`); empty: without torch.
    """

    train: Matrix
    labels: NDArray[np.int64]
    groups: NDArray[Any]
    test: Matrix
    seed: int
    threads: int = 1
    units: NDArray[Any] | None = None
    device: str = ""

    @cached_property
    def _scaler(self) -> StandardScaler:
        check_finite(self.train)
        return StandardScaler().fit(self.train)

    @cached_property
    def x(self) -> Matrix:
        """The training rows, each feature standardised over the whole subset (no label is used)."""
        return self.standardised(self.train)

    @cached_property
    def x_test(self) -> Matrix:
        """The test rows, standardised by the training rows."""
        return self.standardised(self.test)

    def standardised(self, rows: Matrix) -> Matrix:
        """Rows (m, d) standardised by the training rows. Raises ValueError for values that are not finite."""
        check_finite(rows)
        if not len(rows):
            return np.empty(rows.shape, np.float32)  # scikit-learn refuses an empty matrix
        return np.ascontiguousarray(self._scaler.transform(rows), dtype=np.float32)

    @property
    def scaling(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The mean and scale (d,) of each feature over the training rows."""
        return self._scaler.mean_, self._scaler.scale_

    @cached_property
    def folds(self) -> Folds:
        """The folds in which every classifier chooses its hyperparameters."""
        return make_folds(self.labels, self.groups, self.seed)

    @cached_property
    def seconds_shared(self) -> float:
        """Seconds to standardise and to make the folds: done once, counted for every classifier."""
        began = perf_counter()
        _ = self.x, self.x_test, self.folds
        return perf_counter() - began

    def bytes_of_rows(self, rows: int) -> int:
        """Bytes of `rows` float32 rows, and of the mean and scale for standardising other rows."""
        return 4 * (rows + 2) * int(self.train.shape[1])

    def first(self, rows: int) -> "TrainTest":
        """The same test rows with the first `rows` training rows."""
        return replace(
            self,
            train=self.train[:rows],
            labels=self.labels[:rows],
            groups=self.groups[:rows],
            units=None if self.units is None else self.units[:rows],
        )


def check_finite(rows: Matrix) -> None:
    """Raise ValueError for an embedding with values that are not finite."""
    broken = int((~np.isfinite(rows)).sum())
    if broken:
        raise ValueError(f"{broken} values of the embedding are not finite numbers")
