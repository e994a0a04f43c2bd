"""Which pairs of pictures may be copies: those that share key points, found by approximate neighbours.

Descriptors are sorted into cells around centres, and compared within the nearest cells only (an inverted
file: Jégou et al. 2011, IEEE TPAMI 33:117); all pairs of 40,005 images would be 800 million.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.datasets.audit.key_points import PER_LEVEL, KeyPoints, mirrored

ALIKE = (
    0.93  # least cosine of the descriptors of one key point in two copies; this and all below: docs/audit.md
)
_PER_CELL = 1000  # descriptors in a cell, about
_PROBED = 3  # cells in which the neighbours of a descriptor are looked for
_NEAREST = 2  # neighbours of a descriptor in each of them
_FACING = (0, 2)  # ways in which the first coefficient keeps its sign
_SIDEWAYS = 0.15  # a first coefficient below this may have another sign in a copy
_ROUNDS, _SAMPLE, _ROWS = 3, 100_000, 256  # of k-means; rows that are compared at once


@dataclass(frozen=True)
class Matches:
    """Matches of key points, arrays (m,): two pictures, two points, the way of mirroring, the cosine."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    first_point: NDArray[np.int64]
    second_point: NDArray[np.int64]
    way: NDArray[np.int64]
    alike: NDArray[np.float32]

    def __getitem__(self, rows: NDArray[np.int64]) -> "Matches":
        return Matches(*(getattr(self, field.name)[rows] for field in fields(self)))

    def __len__(self) -> int:
        return len(self.first)


def candidates(key_points: KeyPoints) -> Matches:
    """The matches of key points: the nearest of other pictures that are alike, in all ways of mirroring."""
    _, points, length = key_points.descriptors.shape
    every = key_points.descriptors.reshape(-1, length)
    stored = np.flatnonzero(np.abs(every).sum(1) > 0)
    if len(stored) < 2:
        return _none()
    asked = stored[stored % points < PER_LEVEL]  # those of the smallest level
    return _matches(torch.from_numpy(every), stored, asked, points)


def _matches(every: Tensor, stored: NDArray[np.int64], asked: NDArray[np.int64], points: int) -> Matches:
    """The neighbours of each descriptor that was asked for, in all ways of mirroring that it may have."""
    vectors, owners = every[stored], (stored // points).astype(np.int32)
    centres = _centres(vectors)
    members = _by_cell(_nearest(vectors, centres, 1)[:, 0], len(centres))
    found = []
    for way, signs in enumerate(torch.from_numpy(mirrored())):
        ours = asked if way in _FACING else asked[(every[asked, 0] < _SIDEWAYS).numpy()]
        questions = every[ours] * signs
        probed = _nearest(questions, centres, min(_PROBED, len(centres)))
        rows = _by_cell(probed.reshape(-1), len(centres))
        for inside, asking in zip(members, rows, strict=True):
            if not len(inside) or not len(asking):
                continue
            asking = asking // probed.shape[1]
            alike = (questions[asking] @ vectors[inside].T).numpy()
            _leave_out(alike, (ours[asking] // points).astype(np.int32), owners[inside])
            for at, cosines in _largest(alike, _NEAREST):
                row = np.flatnonzero(cosines > ALIKE)
                from_, to = ours[asking[row]], stored[inside[at[row]]]
                ways = np.full(len(row), way)
                found.append((from_ // points, to // points, from_ % points, to % points, ways, cosines[row]))
    return Matches(*(np.concatenate(columns) for columns in zip(*found, strict=True))) if found else _none()


def _leave_out(alike: NDArray[np.float32], asking: NDArray[np.int32], owners: NDArray[np.int32]) -> None:
    """Set the cosines (n, m) of descriptors of one picture to -1; `owners` (m,) are in ascending order."""
    place, end = (np.searchsorted(owners, asking, side) for side in ("left", "right"))
    while len(rows := np.flatnonzero(place < end)):
        alike[rows, place[rows]] = -1
        place[rows] += 1


def _largest(
    values: NDArray[np.float32], count: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Of each row, the place of the largest value and it, then those of the second largest, and so on.

    The values are overwritten.
    """
    rows = np.arange(len(values))
    for _ in range(min(count, values.shape[1])):
        at = values.argmax(1)
        yield at, values[rows, at]
        values[rows, at] = -1


def _none() -> Matches:
    rows = np.empty(0, np.int64)
    return Matches(rows, rows, rows, rows, rows, np.empty(0, np.float32))


def _centres(vectors: Tensor) -> Tensor:
    """The centres of the cells (cells, length), by a few rounds of k-means on a sample."""
    random = np.random.default_rng(0)
    sample = vectors[np.sort(random.permutation(len(vectors))[:_SAMPLE])]
    count = max(1, len(vectors) // _PER_CELL)
    centres = sample[np.sort(random.permutation(len(sample))[:count])]
    for _ in range(_ROUNDS if count > 1 else 0):
        nearest = torch.from_numpy(_nearest(sample, centres, 1)[:, 0])
        sums = torch.zeros_like(centres).index_add_(0, nearest, sample)
        norms = sums.norm(dim=1, keepdim=True)
        centres = torch.where(norms > 0, sums / norms.clamp(min=1e-6), centres)
    return centres


def _nearest(vectors: Tensor, centres: Tensor, count: int) -> NDArray[np.int64]:
    """The nearest centres (n, count) of each vector."""
    nearest = np.empty((len(vectors), count), np.int64)
    for start in range(0, len(vectors), _ROWS):
        alike = (vectors[start : start + _ROWS] @ centres.T).numpy()
        for rank, (at, _) in enumerate(_largest(alike, count)):
            nearest[start : start + _ROWS, rank] = at
    return nearest


def _by_cell(cells: NDArray[np.int64], count: int) -> list[NDArray[np.int64]]:
    """The rows in each cell, in ascending order."""
    order = np.argsort(cells, kind="stable")
    return np.split(order, np.cumsum(np.bincount(cells, minlength=count))[:-1])
