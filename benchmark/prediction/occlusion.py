"""How much a score drops when a part of the image is covered: for models without a usable feature map."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from classifiers.selection import Floats

CELLS = 8  # the image is covered in CELLS × CELLS squares, one after the other; chosen by hand


def occlusion_maps(
    score: Callable[[NDArray[np.uint8]], Floats], pixels: NDArray[np.uint8], cells: int = CELLS
) -> NDArray[np.float32]:
    """The drop of the score with each square covered by the image's mean grey value, (n, cells, cells).

    `score` maps images (n, size, size) to numbers (n,). Zeiler and Fergus (2014, ECCV, p. 818).
    """
    cells = min(cells, pixels.shape[1])
    edges = np.linspace(0, pixels.shape[1], cells + 1).round().astype(int)
    means = pixels.mean(axis=(1, 2), keepdims=True).round().astype(np.uint8)
    whole, drops = score(pixels), np.empty((len(pixels), cells, cells), np.float32)
    for row in range(cells):
        for column in range(cells):
            covered = pixels.copy()
            covered[:, edges[row] : edges[row + 1], edges[column] : edges[column + 1]] = means
            drops[:, row, column] = whole - score(covered)
    return drops
