"""The training images of each body part, size and seed of one split."""

from dataclasses import dataclass, field
from statistics import mean

import pandas as pd

from benchmark.datasets.splits import RowNumbers, first_groups, group_ids, nested_order, rows_showing
from benchmark.grid.schema import Grid

COUNTED = 10  # seeds: of more the means are the same, and each takes 10 ms or, of 36,808 images, 300 ms


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """The training subsets of a grid, from the rows `pool` of the manifest's `images`.

    A nested order is computed once for all training sizes.
    """

    grid: Grid
    images: pd.DataFrame
    pool: RowNumbers
    _orders: dict[tuple[str, int], tuple[RowNumbers, RowNumbers]] = field(default_factory=dict, init=False)

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
        patients = self.images["patient"].to_numpy()
        return round(mean(map(len, subsets))), round(mean(len(set(patients[rows])) for rows in subsets))

    def _ordered(self, body_part: str, seed: int) -> tuple[RowNumbers, RowNumbers]:
        """The nested order of all rows, and its start that is `full`."""
        pool = rows_showing(self.images, self.pool, body_part)
        images = self.images.iloc[pool]
        groups = group_ids(images, self.grid.dataset.protocol)
        order = nested_order(images, groups, body_part, seed)
        share = self.grid.patient_share("full")
        full = order if share is None else first_groups(order, groups, share)
        return pool[order], pool[full]
