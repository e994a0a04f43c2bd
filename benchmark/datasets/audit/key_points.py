"""Key points of small pictures, described so that a copy has the same ones where it is turned or mirrored.

A key point is where a difference of Gaussians is largest (Lowe 2004); its descriptor is the pattern around
it, turned to the main direction of the structure tensor, so that its first coefficient is not negative, as
its lowest cosine coefficients. Mirroring, and turning by 180° where that coefficient is near 0, change signs
of coefficients only, see `mirrored`; inverting changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate, max_pool1d, pad

from benchmark.datasets.audit.layers import Layer, blurred

SIDE = 96  # pixels of the square in which key points are looked for; this and all below: docs/audit.md
LEVELS = (1.0, 1.12, 1.25)  # sizes of the pattern: a copy that was cut to 1/1.25 has one of them
PER_LEVEL = 32
LENGTH = 32  # coefficients of a descriptor
_BLUR, _RADIUS, _GRID = 3.0, 20.0, 8  # pixels: of the smallest level; samples along a side of the pattern
_BORDER = 10  # pixels from the edge of the image without key points: a cut moves edges
_APART = 3  # pixels that key points are apart at least
_FAINT = 1e-3  # a smaller difference of Gaussians is no key point


@dataclass(frozen=True)
class KeyPoints:
    """Key points of n pictures: `descriptors` (n, levels × PER_LEVEL, LENGTH) float32 of norm 1 or 0 (none).

    `places` (n, levels × PER_LEVEL, 4) float32: x and y in -1..1, direction (radians), level.
    """

    descriptors: NDArray[np.float32]
    places: NDArray[np.float32]

    @classmethod
    def joined(cls, parts: Sequence["KeyPoints"]) -> "KeyPoints":
        """The key points of all pictures of some parts, in order."""
        return cls(
            np.concatenate([part.descriptors for part in parts]),
            np.concatenate([part.places for part in parts]),
        )


def find_key_points(ranks: NDArray[np.uint8], extents: NDArray[np.int16]) -> KeyPoints:
    """The key points of n pictures.

    `ranks` (n, s, s) are those of the grey values, `extents` (n, 2) height and width of the image in them.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the caller runs as many processes as there are cores
    try:
        full = Layer.of(ranks, extents)
        both = torch.stack([full.grey, full.inside], 1)
        small = interpolate(both, size=(SIDE, SIDE), mode="bilinear", antialias=True)
        inner = _without_edge(small[:, 1])
        found = [_level(small[:, 0], inner, level) for level in LEVELS]
    finally:
        torch.set_num_threads(threads)
    return KeyPoints(
        torch.cat([descriptors for descriptors, _ in found], 1).numpy(),
        torch.cat([places for _, places in found], 1).numpy(),
    )


def mirrored() -> NDArray[np.float32]:
    """The signs (4, LENGTH) of a pattern as it is, mirrored in x, mirrored in y, and turned by 180°."""
    rows, columns = _coefficients()
    x, y = (-1.0) ** columns, (-1.0) ** rows
    return np.stack([np.ones(LENGTH), x, y, x * y]).astype(np.float32)


def _level(picture: Tensor, inner: Tensor, level: float) -> tuple[Tensor, Tensor]:
    """Descriptors (n, PER_LEVEL, LENGTH) and places (n, PER_LEVEL, 4) of one size of patterns."""
    count, blur, radius = len(picture), _BLUR * level, _RADIUS * level
    smooth = blurred(picture, blur)
    response = smooth - blurred(picture, 1.6 * blur)
    strength = response.abs() * inner
    peak = (strength == _largest(strength, _APART)) & (strength > _FAINT)
    best, at = (strength * peak).reshape(count, -1).topk(PER_LEVEL, 1)
    x, y = (at % SIDE).float(), (at // SIDE).float()
    angle = _directions(smooth, radius / 5).reshape(2, count, -1)
    direction = 0.5 * torch.atan2(angle[1].gather(1, at), angle[0].gather(1, at))
    patterns = _patterns(blurred(picture, 0.7 * radius / _GRID), x, y, direction, radius)
    sign = torch.sign(response.reshape(count, -1).gather(1, at)) * (best > 0)
    patterns = patterns * sign[..., None]
    away = patterns[..., 0] < 0
    patterns = torch.where(away[..., None], patterns * torch.from_numpy(mirrored()[3]), patterns)
    direction = direction + np.pi * away
    places = torch.stack(
        [(2 * x + 1) / SIDE - 1, (2 * y + 1) / SIDE - 1, direction, torch.full_like(x, level)], -1
    )
    return patterns, places


def _directions(smooth: Tensor, blur: float) -> Tensor:
    """Cosine and sine (2, n, side, side) of twice the main direction, times its strength."""
    across, down = torch.zeros_like(smooth), torch.zeros_like(smooth)
    across[..., 1:-1] = smooth[..., 2:] - smooth[..., :-2]
    down[:, 1:-1] = smooth[:, 2:] - smooth[:, :-2]
    return blurred(torch.stack([across**2 - down**2, 2 * across * down]), blur)


def _patterns(smooth: Tensor, x: Tensor, y: Tensor, direction: Tensor, radius: float) -> Tensor:
    """The lowest cosine coefficients of the turned squares around key points, of norm 1."""
    steps = radius * ((torch.arange(_GRID) + 0.5) / _GRID * 2 - 1)
    down, across = (grid.reshape(-1) for grid in torch.meshgrid(steps, steps, indexing="ij"))
    cosine, sine = torch.cos(direction)[..., None], torch.sin(direction)[..., None]
    columns = x[..., None] + cosine * across - sine * down
    rows = y[..., None] + sine * across + cosine * down
    at = torch.stack([(2 * columns + 1) / SIDE - 1, (2 * rows + 1) / SIDE - 1], -1)
    values = grid_sample(smooth[:, None], at, align_corners=False)[:, 0] @ _cosines()
    patterns: Tensor = values / (values.norm(dim=-1, keepdim=True) + 1e-6)
    return patterns


@cache
def _coefficients() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the LENGTH lowest of the cosine coefficients, without the mean."""
    rows, columns = np.divmod(np.arange(_GRID**2), _GRID)
    lowest = np.argsort(rows**2 + columns**2, kind="stable")[1 : LENGTH + 1]
    return rows[lowest], columns[lowest]


@cache
def _cosines() -> Tensor:
    """The cosine transform (samples, LENGTH) of a pattern."""
    steps = np.arange(_GRID)
    wave = np.cos(np.pi * (steps[:, None] + 0.5) * steps / _GRID) * np.where(steps, 1, np.sqrt(0.5))
    rows, columns = _coefficients()
    both = wave[:, None, rows] * wave[None, :, columns]
    return torch.from_numpy(both.reshape(-1, LENGTH).astype(np.float32))


def _without_edge(inside: Tensor) -> Tensor:
    """1 where a pixel (n, side, side) is inside the image by more than _BORDER pixels."""
    window = 2 * _BORDER + 1
    down, across = (1 - max_pool1d(1 - inside.amax(axis), window, 1, _BORDER) for axis in (2, 1))
    return down[:, :, None] * across[:, None, :]


def _largest(pictures: Tensor, reach: int) -> Tensor:
    """The largest value within `reach` pixels in both directions; values are 0 or more."""
    for axis in (1, 2):
        sides = (0, 0, reach, reach) if axis == 1 else (reach, reach)
        framed, size = pad(pictures, sides), pictures.shape[axis]
        pictures = framed.narrow(axis, 0, size)
        for step in range(1, 2 * reach + 1):
            pictures = torch.maximum(pictures, framed.narrow(axis, step, size))
    return pictures
