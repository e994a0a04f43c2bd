"""Which pairs of pictures may be copies: those that share key points, found by approximate neighbours.

Descriptors are sorted into cells around centres, and compared within the nearest cells only (an inverted
file: Jégou et al. 2011, IEEE TPAMI 33:117); all pairs of 40,005 images would be 800 million.
"""

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
_ROUNDS, _SAMPLE, _ROWS = 3, 100_000, 8192  # of k-means; rows that are compared at once


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
    """The neighbours of each descriptor that was asked for, in all ways of mirroring."""
    vectors, owners = every[stored], torch.from_numpy(stored // points)
    centres = _centres(vectors)
    members = _by_cell(_nearest(vectors, centres, 1)[:, 0], len(centres))
    found = []
    for way, signs in enumerate(torch.from_numpy(mirrored())):
        questions, asking = every[asked] * signs, torch.from_numpy(asked // points)
        probed = _nearest(questions, centres, min(_PROBED, len(centres)))
        rows = _by_cell(probed.reshape(-1), len(centres))
        for inside, ours in zip(members, rows, strict=True):
            if not len(inside) or not len(ours):
                continue
            ours = ours // probed.shape[1]
            alike = questions[ours] @ vectors[inside].T
            alike.masked_fill_(asking[ours][:, None] == owners[inside], -1)
            best, at = alike.topk(min(_NEAREST, len(inside)), 1)
            row, rank = torch.nonzero(best > ALIKE, as_tuple=True)
            from_, to = asked[ours[row].numpy()], stored[inside[at[row, rank]].numpy()]
            ways, cosines = np.full(len(row), way), best[row, rank].numpy()
            found.append((from_ // points, to // points, from_ % points, to % points, ways, cosines))
    return Matches(*(np.concatenate(columns) for columns in zip(*found, strict=True))) if found else _none()


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
        nearest = _nearest(sample, centres, 1)[:, 0]
        sums = torch.zeros_like(centres).index_add_(0, nearest, sample)
        norms = sums.norm(dim=1, keepdim=True)
        centres = torch.where(norms > 0, sums / norms.clamp(min=1e-6), centres)
    return centres


def _nearest(vectors: Tensor, centres: Tensor, count: int) -> Tensor:
    """The nearest centres (n, count) of each vector."""
    parts = torch.split(vectors, _ROWS)
    return torch.cat([(part @ centres.T).topk(count, 1).indices for part in parts])


def _by_cell(cells: Tensor, count: int) -> tuple[Tensor, ...]:
    """The rows in each cell."""
    order = torch.argsort(cells, stable=True)
    return torch.split(order, torch.bincount(cells, minlength=count).tolist())
