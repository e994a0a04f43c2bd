"""The images of one fine-tuning: training and validation part, and their batches."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from classifiers.label_problems import LabelProblems, Matrix
from classifiers.selection import Floats, Folds, Rows, make_class_folds, make_folds
from extractors.device_stream import sent


@dataclass(frozen=True, eq=False)
class TrainingImages:
    """The pixel store (n_images, size, size) uint8, the N rows to learn from, and the test rows.

    Instead of pixels, tokens (n_images, tokens, d) float16 for a recipe that `reads_tokens`.

    `labels`, `groups` (patients), `studies` and `body_parts` belong to `rows`, in their order.

    With `problems`, of several classes, grades or findings, `truth` (N, classes) holds 1 for the row's class
    or its findings, 0, and NaN for what was not read; `labels` only stratifies folds.
    """

    pixels: NDArray[Any]
    rows: Rows
    labels: NDArray[np.int64]
    groups: NDArray[Any]
    studies: NDArray[Any]
    body_parts: NDArray[Any]
    test_rows: Rows
    problems: LabelProblems | None = None
    truth: Matrix | None = None

    def folds(self, seed: int, number: int) -> Folds:
        """(training, validation) pairs of positions among the N rows, by patient and stratified by label."""
        make = make_folds if self.problems is None else make_class_folds
        return make(self.labels, self.groups, seed, number)

    def ordered(self, members: Rows, by_study: bool) -> Rows:
        """The members (positions among the N rows) in the order of their `part`: studies together."""
        return members[np.argsort(self._units(members), kind="stable")] if by_study else members

    def part(self, members: Rows, by_study: bool) -> "Part":
        """Some of the N rows; the unit that is scored is a study (`by_study`) or an image."""
        members = self.ordered(members, by_study)
        units = self._units(members) if by_study else np.arange(len(members))
        firsts = members[np.flatnonzero(np.diff(units, prepend=-1))]
        truth = None if self.truth is None else self.truth[firsts]
        return Part(
            self.rows[members], units, self.labels[firsts], self.body_parts[firsts], self.problems, truth
        )

    def _units(self, members: Rows) -> NDArray[np.intp]:
        return np.unique(self.studies[members].astype(str), return_inverse=True)[1]


@dataclass(frozen=True, eq=False)
class Part:
    """Images (rows of the pixel store) and the unit of each; labels and body parts of the units."""

    rows: Rows
    units: NDArray[np.intp]  # (n_images,), ascending
    labels: NDArray[np.int64]  # (n_units,)
    body_parts: NDArray[Any]  # (n_units,)
    problems: LabelProblems | None = None
    truth: Matrix | None = None  # (n_units, classes), of several classes

    @property
    def known_truth(self) -> Matrix:
        """The truth of several classes. Raises ValueError for a part of two."""
        if self.truth is None:
            raise ValueError("a part of two classes has labels only")
        return self.truth

    @property
    def image_labels(self) -> NDArray[np.int64]:
        """The label of each image: that of its unit."""
        return self.labels[self.units]

    def shuffled(self, seed: int) -> Rows:
        """The positions of all images, units in random order, each unit's images together."""
        rank = np.random.default_rng(seed).permutation(len(self.labels))
        return np.argsort(rank[self.units], kind="stable")

    def batches(self, positions: Rows, images: int) -> list[Rows]:
        """Positions cut into the fewest batches of about `images` each, equally large, units whole."""
        units = self.units[positions]
        starts = np.flatnonzero(np.diff(units, prepend=-1))
        middles = (starts + np.append(starts[1:], len(units))) / 2
        batch = (middles * -(-len(units) // images) / len(units)).astype(int)
        return np.split(positions, starts[1:][np.diff(batch) > 0])

    def unit_means(self, values: Floats) -> Floats:
        """The mean of each unit's images: (n_images,) to (n_units,); of (n_images, classes) by column."""
        if values.ndim == 2:
            return np.column_stack([self.unit_means(column) for column in values.T])
        return np.bincount(self.units, values) / np.bincount(self.units)


class PixelSource:
    """Pixels or tokens of some rows, sent to a device; kept on CUDA when they need under a quarter of it.

    The quarter of its memory was chosen by hand, to leave room for the training.
    """

    def __init__(self, pixels: NDArray[Any], rows: Rows, device: torch.device) -> None:
        self._pixels, self._rows, self._device = pixels, rows, device
        self._resident: torch.Tensor | None = None
        if device.type == "cuda":
            size = len(rows) * pixels[0].nbytes
            if size < torch.cuda.mem_get_info(device)[0] / 4:
                self._resident = torch.from_numpy(np.asarray(pixels[rows])).to(device)

    def __call__(self, positions: Rows) -> torch.Tensor:
        """The uint8 pixels (n, size, size), or float16 tokens (n, tokens, d), at these positions."""
        if self._resident is not None:
            return self._resident[sent(positions, self._device)]
        return sent(self._pixels[self._rows[positions]], self._device)
