"""Pairs of images that are copies of each other, also where one was changed on the way."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.datasets.audit.neighbours import candidates
from benchmark.datasets.audit.registration import overlay
from benchmark.datasets.audit.scan import Scan
from benchmark.datasets.audit.screening import screened

# Least correlation of the fine patterns of copies; chosen on phantoms of other seeds than in docs/audit.md
LIKENESS = 0.93
_TURN = 2.0  # degrees; a smaller turn is not told
_CUT = 0.03  # a smaller change of size is not told


@dataclass(frozen=True)
class Copy:
    """Two images (rows of the manifest, first < second), their likeness 0..1, and how the second differs.

    `changes` are words such as `mirrored, turned by 90°`; empty where one lies over the other as it is.
    """

    first: int
    second: int
    likeness: float
    changes: str = ""


def copies(
    scanned: Scan, jobs: int = 1, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Copy]:
    """All copies that are found, most alike first; pictures that are the same to the pixel among them.

    `progress` is told pairs compared now and in all. Images without structure (all of one grey) and images
    that could not be read have no copies.
    """
    threads = torch.get_num_threads()
    try:
        found = _same(scanned) | _changed(scanned, jobs, progress)
    finally:
        torch.set_num_threads(threads)
    return sorted(found.values(), key=lambda copy: (-copy.likeness, copy.first, copy.second))


def _changed(scanned: Scan, jobs: int, progress: Callable[[int, int], None]) -> dict[tuple[int, int], Copy]:
    torch.set_num_threads(jobs)
    pairs = screened(scanned.key_points, candidates(scanned.key_points))
    torch.set_num_threads(1)  # of each of the threads that overlay pictures
    fits = overlay(scanned.pictures, pairs, jobs, lambda done: progress(done, len(pairs)))
    found = {}
    for row in np.flatnonzero(np.abs(fits.likeness) >= LIKENESS):
        ends = sorted((int(pairs.first[row]), int(pairs.second[row])))
        changes = _changes(fits.maps[row], fits.likeness[row] < 0)
        found[ends[0], ends[1]] = Copy(ends[0], ends[1], round(float(abs(fits.likeness[row])), 3), changes)
    return found


def _same(scanned: Scan) -> dict[tuple[int, int], Copy]:
    """Small pictures of the same bytes: each with the one before it."""
    last: dict[bytes, int] = {}
    found = {}
    for row, picture in enumerate(scanned.pictures.grey):
        if scanned.key_points.descriptors[row].any():
            content = picture.tobytes()
            if content in last:
                found[last[content], row] = Copy(last[content], row, 1.0)
            last[content] = row
    return found


def _changes(fitted: NDArray[np.float32], inverted: bool) -> str:
    """What a map (2, 3) does, in words."""
    linear = fitted[:, :2].astype(float)
    mirrored = np.linalg.det(linear) < 0
    unmirrored = linear @ np.diag([-1.0, 1.0]) if mirrored else linear
    turn = np.degrees(np.arctan2(unmirrored[1, 0] - unmirrored[0, 1], unmirrored[0, 0] + unmirrored[1, 1]))
    scale = np.sqrt(abs(np.linalg.det(linear)))
    words = ["mirrored"] * bool(mirrored)
    right = 90 * round(turn / 90)
    if abs(turn - right) > _TURN:
        words.append(f"turned by about {abs(turn):.0f}°")
    elif right:
        words.append(f"turned by {abs(right)}°")
    words += ["cut or on another scale"] if abs(scale - 1) > _CUT else []
    words += ["inverted"] * bool(inverted)
    return ", ".join(words)
