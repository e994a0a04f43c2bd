"""A pool of drawn pictures in memory: batches come from it while a thread draws new pictures."""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from extractors.bundled.pretraining.catalogue import CATEGORIES, SEED, picture
from extractors.bundled.pretraining.picture import SIDE

FRESH = 8  # pictures of the pool that are replaced for each batch
LabelledPictures = tuple[NDArray[np.uint8], NDArray[np.int64]]


def drawn(count: int, seed: list[int]) -> LabelledPictures:
    """`count` pictures (count, 128, 128) uint8 of categories drawn at random, and those categories."""
    rng = np.random.default_rng([SEED, *seed])
    labels = rng.integers(0, CATEGORIES, count)
    pictures = np.empty((count, SIDE, SIDE), np.uint8)
    for row, label in enumerate(labels.tolist()):
        pictures[row] = picture(label, rng)
    return pictures, labels


class Pool:
    """The training pictures. A batch depends on its step and on the step at which the pool was made."""

    def __init__(self, step: int, size: int) -> None:
        self._pictures, self._labels = drawn(size, [1, step])
        self._thread = ThreadPoolExecutor(1)
        self._coming: Future[LabelledPictures] = self._thread.submit(drawn, FRESH, [2, step])

    def batch(self, size: int, step: int) -> tuple[Tensor, Tensor]:
        """(size, 128, 128) uint8 pictures and (size,) int64 categories, after replacing FRESH of the pool."""
        rng = np.random.default_rng([SEED, 3, step])
        where = rng.choice(len(self._labels), FRESH, replace=False)
        self._pictures[where], self._labels[where] = self._coming.result()
        self._coming = self._thread.submit(drawn, FRESH, [2, step + 1])
        rows = rng.choice(len(self._labels), size, replace=False)
        return torch.from_numpy(self._pictures[rows]), torch.from_numpy(self._labels[rows])

    def close(self) -> None:
        """Stop the thread that draws."""
        self._thread.shutdown()
