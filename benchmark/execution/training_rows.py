"""The training images of each body part, size and seed of one split."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from benchmark.datasets.nested_order import Groups, RowNumbers, groups_of, order_of
from benchmark.datasets.splits import first_groups, group_ids, rows_showing
from benchmark.grid.schema import Grid

COUNTED = 10  # seeds: of more the means are the same, and each takes milliseconds or, of 36,808 images, 40 ms


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """The training subsets of a grid, from the rows `pool` of the manifest's `images`.

    A nested order is computed once for all training sizes, and what orders share once for all seeds.
    """

    grid: Grid
    images: pd.DataFrame
    pool: RowNumbers
    _orders: dict[tuple[str, int], tuple[RowNumbers, RowNumbers]] = field(default_factory=dict, init=False)
    _pools: dict[str, tuple[RowNumbers, Groups]] = field(default_factory=dict, init=False)

    def rows(self, body_part: str, train_size: int | str, seed: int) -> RowNumbers:
        """The rows (n,) of the manifest: the first `train_size` images in the nested order of this seed.

        `full` is the whole pool, or the first patients of the order up to the share that the grid names
        (of a split by image: images in the place of patients).
        """
        if (body_part, seed) not in self._orders:
            self._orders[body_part, seed] = self._ordered(body_part, seed)
        whole, share_of_patients = self._orders[body_part, seed]
        return share_of_patients if isinstance(train_size, str) else whole[:train_size]

    def mean_counts(self, body_part: str, train_size: int | str) -> tuple[int, int] | None:
        """The images of a size and their patients, means over the first `COUNTED` seeds of the grid, rounded.

        None for a size above the number of images in the pool.
        """
        subsets = [self.rows(body_part, train_size, seed) for seed in self.grid.seeds[:COUNTED]]
        if isinstance(train_size, int) and train_size > len(subsets[0]):
            return None
        patients = [len(np.unique(self._patients[rows])) for rows in subsets]
        return round(sum(map(len, subsets)) / len(subsets)), round(sum(patients) / len(subsets))

    @cached_property
    def _patients(self) -> RowNumbers:
        """The number of each image's patient."""
        return pd.factorize(self.images["patient"])[0]

    def _ordered(self, body_part: str, seed: int) -> tuple[RowNumbers, RowNumbers]:
        """The nested order of all rows, and its start that is `full`."""
        if body_part not in self._pools:
            self._pools[body_part] = self._pool(body_part)
        pool, groups = self._pools[body_part]
        order = order_of(groups, body_part, seed)
        share = self.grid.patient_share("full")
        full = order if share is None else first_groups(order, groups.of_image, share)
        return pool[order], pool[full]

    def _pool(self, body_part: str) -> tuple[RowNumbers, Groups]:
        """The rows of a body part, and their groups."""
        pool = rows_showing(self.images, self.pool, body_part)
        images = self.images.iloc[pool]
        return pool, groups_of(images, group_ids(images, self.grid.dataset.protocol))
