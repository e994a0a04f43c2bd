"""Dead leaves: shapes that cover one another, with power-law sizes and a random texture each.

The occlusion model of Lee, Mumford and Huang 2001 as used by Baradad et al. 2021.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from extractors.bundled.pretraining.picture import SIDE, TURN, Picture

_Y, _X = np.mgrid[:SIDE, :SIDE].astype(np.float32)


@dataclass(frozen=True)
class Leaves:
    """The parameters of a category; sizes are radii in pixels."""

    corners: int
    aspect: float
    irregular: float
    smallest: float
    largest: float
    exponent: float
    count: int
    stripes: float  # cycles per pixel
    contrast: float  # of the stripes, in grey levels
    aligned: bool


def category(rng: np.random.Generator) -> Leaves:
    """Draw the parameters of a category at random."""
    smallest = float(rng.uniform(2, 8))
    return Leaves(
        corners=int(rng.choice([3, 4, 5, 6, 24, 24])),
        aspect=float(rng.uniform(0.15, 1)),
        irregular=float(rng.choice([0.0, rng.uniform(0.1, 0.4)])),
        smallest=smallest,
        largest=smallest * float(rng.uniform(1.5, 8)),
        exponent=float(rng.uniform(1, 4)),
        count=int(2 ** rng.uniform(4, 7.5)),
        stripes=float(rng.uniform(0.04, 0.3)),
        contrast=float(rng.choice([0.0, rng.uniform(15, 60)])),
        aligned=bool(rng.random() < 0.4),
    )


def draw(leaves: Leaves, rng: np.random.Generator) -> Picture:
    """One (128, 128) uint8 picture: leaves at random places, each over the ones before."""
    index = _topmost(leaves, rng)
    tones = rng.uniform(30, 225, leaves.count + 1).astype(np.float32)
    values = tones[index]
    if leaves.contrast:
        values = values + leaves.contrast * _stripes(leaves, index, rng)
    return np.clip(values, 0, 255).astype(np.uint8)


def _topmost(leaves: Leaves, rng: np.random.Generator) -> NDArray[np.intp]:
    """(128, 128): the number of the topmost leaf at each pixel, 0 for the background."""
    image = Image.new("I", (SIDE, SIDE))
    pencil = ImageDraw.Draw(image)
    for number, outline in enumerate(_outlines(leaves, rng).tolist(), start=1):
        pencil.polygon([tuple(corner) for corner in outline], fill=number)
    return np.asarray(image).astype(np.intp)


def _outlines(leaves: Leaves, rng: np.random.Generator) -> NDArray[np.float64]:
    """(count, corners, 2) points of the leaves' edges."""
    n, around = leaves.count, np.linspace(0, TURN, leaves.corners, endpoint=False)
    radii = _radii(leaves, rng)[:, None] * (1 + leaves.irregular * rng.uniform(-1, 1, (n, leaves.corners)))
    turn = np.full((n, 1), rng.uniform(0, TURN)) if leaves.aligned else rng.uniform(0, TURN, (n, 1))
    along, across = radii * np.cos(around), radii * leaves.aspect * np.sin(around)
    points = np.stack(
        [along * np.cos(turn) - across * np.sin(turn), along * np.sin(turn) + across * np.cos(turn)], 2
    )
    return np.asarray(points + rng.uniform(0, SIDE, (n, 1, 2)))


def _radii(leaves: Leaves, rng: np.random.Generator) -> NDArray[np.float64]:
    """Radii of density r^-exponent between the smallest and the largest, by inverting its distribution."""
    power = 1 - leaves.exponent if abs(1 - leaves.exponent) > 0.01 else 0.01
    low, high = leaves.smallest**power, leaves.largest**power
    return np.asarray((low + rng.random(leaves.count) * (high - low)) ** (1 / power))


def _stripes(leaves: Leaves, index: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.float32]:
    angle = rng.uniform(0, TURN, leaves.count + 1).astype(np.float32)
    along = np.cos(angle)[index] * _X + np.sin(angle)[index] * _Y
    return np.asarray(np.sin(TURN * leaves.stripes * along), np.float32)
