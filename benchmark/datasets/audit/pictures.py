"""Small grey pictures of many images, at two sizes, and as the ranks of their grey values."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 144  # pixels of the longer side; with 96, other hands have too much in common: docs/audit.md
SHRUNK = 3  # times that the smaller pictures are smaller
_LEAST = 9  # pixels of the shorter side at least


@dataclass(frozen=True)
class Pictures:
    """The pictures of n images, each in the middle of a black square.

    `grey` (n, SIDE, SIDE) uint8 and, SHRUNK times smaller, `small` and `ranks`: the latter are the ranks
    0..255 of the grey values in their image, which no change of brightness or contrast alters. `extents`
    (n, 2) int16 are height and width of the image in `grey`, 0 where there is none.
    """

    grey: NDArray[np.uint8]
    small: NDArray[np.uint8]
    ranks: NDArray[np.uint8]
    extents: NDArray[np.int16]

    @classmethod
    def blank(cls, count: int) -> "Pictures":
        """No picture yet of any of so many images."""
        side = SIDE // SHRUNK
        full = np.zeros((count, SIDE, SIDE), np.uint8)
        small, ranks = (np.zeros((count, side, side), np.uint8) for _ in range(2))
        return cls(full, small, ranks, np.zeros((count, 2), np.int16))

    @classmethod
    def joined(cls, parts: Sequence["Pictures"]) -> "Pictures":
        """All pictures of some parts, in order."""
        return cls(*(np.concatenate([getattr(p, field.name) for p in parts]) for field in fields(cls)))

    def put(self, row: int, image: Image.Image) -> NDArray[np.uint8]:
        """Make the pictures of one image (mode L); returns the ranks (SIDE, SIDE) in full size."""
        scale = SIDE / max(image.size)
        width, height = (max(_LEAST, round(side * scale)) for side in image.size)
        values = np.asarray(
            image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=1.5), np.uint8
        )
        counts = np.bincount(values.ravel(), minlength=256)
        ranks = ((np.cumsum(counts) - counts / 2) * (255 / values.size)).round().astype(np.uint8)[values]
        self.grey[row], full = _framed(values), _framed(ranks)
        self.small[row], self.ranks[row] = _shrunk(self.grey[row]), _shrunk(full)
        self.extents[row] = height, width
        return full

    def __len__(self) -> int:
        return len(self.grey)


def _framed(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    square = np.zeros((SIDE, SIDE), np.uint8)
    height, width = values.shape
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    square[top : top + height, left : left + width] = values
    return square


def _shrunk(square: NDArray[np.uint8]) -> NDArray[np.uint8]:
    side = SIDE // SHRUNK
    blocks = square.reshape(side, SHRUNK, side, SHRUNK)
    small: NDArray[np.uint8] = blocks.mean((1, 3)).round().astype(np.uint8)
    return small
