"""Radial contours: nested closed lines around one centre (Kataoka et al. 2022, Replacing Labeled Real-image
Datasets with Auto-generated Contours)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from extractors.bundled.pretraining.picture import SIDE, TURN, Picture


@dataclass(frozen=True)
class Contour:
    """The parameters of a category; `waves` (k, 2) holds frequency and amplitude of each wave."""

    corners: int
    rings: int
    width: int
    innermost: float  # radius of the smallest ring, as a share of the largest
    twist: float  # radians from one ring to the next
    squeeze: float  # height over width
    waves: NDArray[np.float64]
    noise: float  # standard deviation of each corner's radius
    fading: float  # grey of the innermost ring, as a share of the outermost's
    filled: bool


def category(rng: np.random.Generator) -> Contour:
    """Draw the parameters of a category at random."""
    count = int(rng.integers(0, 4))
    frequencies, amplitudes = rng.integers(2, 16, count), rng.uniform(0.03, 0.25, count)
    return Contour(
        corners=int(rng.choice([3, 4, 5, 6, 7, 8, 10, 12, 96, 96, 96, 96])),
        rings=int(rng.integers(1, 17)),
        width=int(rng.integers(1, 6)),
        innermost=float(rng.uniform(0.05, 0.7)),
        twist=float(rng.choice([0.0, rng.uniform(-0.25, 0.25)])),
        squeeze=float(rng.uniform(0.4, 1)),
        waves=np.stack([frequencies, amplitudes], 1).astype(np.float64),
        noise=float(rng.choice([0.0, rng.uniform(0.01, 0.12)])),
        fading=float(rng.choice([1.0, rng.uniform(0.2, 2.0)])),
        filled=bool(rng.random() < 0.3),
    )


def draw(contour: Contour, rng: np.random.Generator) -> Picture:
    """One (128, 128) uint8 picture: rings near the centre, with random phases of the waves."""
    points = _rings(contour, rng) * rng.uniform(0.3, 0.48) * SIDE + _centre(rng)
    grey = np.clip(np.linspace(1, contour.fading, contour.rings) * rng.integers(100, 220), 20, 255)
    image = Image.new("L", (SIDE, SIDE))
    pencil = ImageDraw.Draw(image)
    for ring, (corners, tone) in enumerate(zip(points, grey.astype(int).tolist(), strict=True)):
        outline = [tuple(corner) for corner in corners.tolist()]
        if contour.filled:
            pencil.polygon(outline, fill=tone if ring % 2 == 0 else tone // 4)
        else:
            pencil.line([*outline, outline[0]], fill=tone, width=contour.width)
    return np.asarray(image, np.uint8)


def _rings(contour: Contour, rng: np.random.Generator) -> NDArray[np.float64]:
    """(rings, corners, 2) points around the origin, the largest ring first."""
    angles = np.linspace(0, TURN, contour.corners, endpoint=False) + rng.uniform(0, TURN)
    shape = np.ones(contour.corners)
    for frequency, amplitude in contour.waves:
        shape += amplitude * np.sin(frequency * angles + rng.uniform(0, TURN))
    shape = shape + contour.noise * rng.standard_normal((contour.rings, contour.corners))
    sizes = np.linspace(1, contour.innermost, contour.rings)[:, None] * shape
    turned = angles + contour.twist * np.arange(contour.rings)[:, None]
    squeeze = contour.squeeze * rng.uniform(0.9, 1.1)
    return np.stack([sizes * np.cos(turned), squeeze * sizes * np.sin(turned)], 2)


def _centre(rng: np.random.Generator) -> NDArray[np.float64]:
    return SIDE * rng.uniform(0.42, 0.58, 2)
