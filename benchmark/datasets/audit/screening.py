"""Which pairs are worth a fit: several of their matches agree on how one picture lies on the other."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.datasets.audit.key_points import KeyPoints
from benchmark.datasets.audit.neighbours import Matches

_KEPT = 5  # pairs per picture that are kept; this and all below: docs/audit.md
_ANGLES, _PLACE, _PLACES = 12, 0.3, 16  # maps are of one kind in 30° and 0.15 of the side
_CHANCE = 0.9  # cosine of a match that says nothing
_ENOUGH = 0.4  # least sum of cosines over _CHANCE of the matches that agree on a map


@dataclass(frozen=True)
class Pairs:
    """Pairs of pictures (m,), first < second, and maps (m, 2, 3) from first to second, x and y in -1..1."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    maps: Tensor

    def __len__(self) -> int:
        return len(self.first)

    def __getitem__(self, rows: NDArray[np.int64]) -> "Pairs":
        return Pairs(self.first[rows], self.second[rows], self.maps[torch.from_numpy(rows)])


def screened(key_points: KeyPoints, matches: Matches) -> Pairs:
    """The pairs with several matches that agree on one map, and that map.

    At most _KEPT pairs are kept of each picture for its own sake: those with the most votes.
    """
    pairs, votes = _agreeing(key_points, matches)
    table = pd.DataFrame({"first": pairs.first, "second": pairs.second, "votes": votes})
    table = table.sort_values("votes", ascending=False, kind="stable").drop_duplicates(["first", "second"])
    rank = np.minimum(*(table.groupby(side).cumcount().to_numpy() for side in ("first", "second")))
    return pairs[np.sort(table.index[rank < _KEPT].to_numpy(np.int64))]


def _agreeing(key_points: KeyPoints, matches: Matches) -> tuple[Pairs, NDArray[np.float64]]:
    """Matches of a pair that give nearly the same map, as one with their mean; and the votes for it.

    This is the Hough transform of Lowe 2004, section 7.3, with two grids of bins that overlap by half.
    """
    count = len(key_points.places)
    matches = _of_likely_pairs(matches, count)
    swapped = matches.first > matches.second
    low, high = np.minimum(matches.first, matches.second), np.maximum(matches.first, matches.second)
    maps = _laid_over(key_points, matches)
    maps = torch.where(torch.from_numpy(swapped)[:, None, None], _inverse(maps), maps)
    flipped = torch.linalg.det(maps[:, :, :2]) < 0
    found, votes = [], []
    for offset in (0.0, 0.5):
        turned = torch.atan2(maps[:, 1, 0], maps[:, 0, 0]) / (2 * np.pi) * _ANGLES + offset
        places = (maps[:, :, 2] / _PLACE + offset).round() + _PLACES // 2
        kind = (turned.round() % _ANGLES) * 2 + flipped
        for place in places.clamp(0, _PLACES - 1).T:
            kind = kind * _PLACES + place
        key = (low * count + high) * (2 * _ANGLES * _PLACES**2) + kind.numpy().astype(np.int64)
        _, at, which, size = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        weight = np.bincount(which, matches.alike - _CHANCE)
        sums = np.stack([np.bincount(which, column) for column in maps.reshape(-1, 6).T.numpy()], 1)
        means = torch.from_numpy((sums / size[:, None]).astype(np.float32)).reshape(-1, 2, 3)
        sure = np.flatnonzero(weight > _ENOUGH)
        found.append(Pairs(low[at], high[at], means)[sure])
        votes.append(weight[sure])
    both = Pairs(
        np.concatenate([one.first for one in found]),
        np.concatenate([one.second for one in found]),
        torch.cat([one.maps for one in found]),
    )
    return both, np.concatenate(votes)


def _of_likely_pairs(matches: Matches, count: int) -> Matches:
    """The matches of pairs that had enough votes if all agreed: few, and all that is left to look at."""
    low, high = np.minimum(matches.first, matches.second), np.maximum(matches.first, matches.second)
    _, which = np.unique(low * count + high, return_inverse=True)
    votes = np.bincount(which, matches.alike - _CHANCE)
    return matches[np.flatnonzero(votes[which] > _ENOUGH)]


def _inverse(maps: Tensor) -> Tensor:
    linear = torch.linalg.inv(maps[:, :, :2])
    return torch.cat([linear, -linear @ maps[:, :, 2:]], 2)


def _laid_over(key_points: KeyPoints, matches: Matches) -> Tensor:
    """The maps (m, 2, 3) that lay one key point over the other, turned and mirrored as they matched."""
    one = torch.from_numpy(key_points.places[matches.first, matches.first_point])
    other = torch.from_numpy(key_points.places[matches.second, matches.second_point])
    way = torch.from_numpy(matches.way)
    flips = torch.stack([1.0 - 2 * (way % 2), 1.0 - 2 * (way // 2)], -1)
    scale = (other[:, 3] / one[:, 3])[:, None, None]
    linear = scale * _turn(other[:, 2]) * flips[:, None, :] @ _turn(-one[:, 2])
    return torch.cat([linear, other[:, :2, None] - linear @ one[:, :2, None]], 2)


def _turn(angle: Tensor) -> Tensor:
    cosine, sine = torch.cos(angle), torch.sin(angle)
    return torch.stack([torch.stack([cosine, -sine], -1), torch.stack([sine, cosine], -1)], -2)
