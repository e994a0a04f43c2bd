"""Fractals: attractors of iterated function systems, drawn as the logarithm of their density.

Kataoka et al. 2020 (Pre-training without Natural Images) make a category of each system; Anderson and
Farrell 2022 (Improving Fractal Pre-training) choose the singular values so that attractors fill the picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractors.bundled.pretraining.picture import SIDE, Picture, stretched

CHAINS, STEPS, SETTLING = 3000, 22, 6  # random walks, their steps, and first steps to leave out; by hand
_JITTER = 0.06  # largest relative change of a picture's maps from its category's; chosen by hand


@dataclass(frozen=True)
class Fractal:
    """A system of affine maps: (n, 2, 2) matrices, (n, 2) offsets, and the probability of each map."""

    matrices: NDArray[np.float32]
    offsets: NDArray[np.float32]
    probabilities: NDArray[np.float64]


def category(rng: np.random.Generator) -> Fractal:
    """Draw a system of 2 to 6 maps at random: rotation, scaling (with flips), rotation."""
    count = int(rng.integers(2, 7))
    singular = _singular_values(count, rng)
    flips = rng.choice([-1.0, 1.0], size=(count, 2))
    scales = np.zeros((count, 2, 2))
    scales[:, 0, 0], scales[:, 1, 1] = (singular * flips).T
    matrices = _rotations(count, rng) @ scales @ _rotations(count, rng)
    areas = np.maximum(singular.prod(1), 0.02)
    offsets = rng.uniform(-1, 1, (count, 2))
    return Fractal(matrices.astype(np.float32), offsets.astype(np.float32), areas / areas.sum())


def draw(system: Fractal, rng: np.random.Generator) -> Picture:
    """One (128, 128) uint8 picture of the attractor, with slightly changed maps."""
    changed = system.matrices * rng.uniform(1 - _JITTER, 1 + _JITTER, system.matrices.shape)
    offsets = system.offsets * rng.uniform(1 - _JITTER, 1 + _JITTER, system.offsets.shape)
    x, y = _chaos_game(changed.astype(np.float32), offsets.astype(np.float32), system.probabilities, rng)
    return stretched(np.log1p(_density(x, y, rng.uniform(0.17, 0.26))))


def _singular_values(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """(count, 2) values below 1 whose sum, the smaller one counted twice, keeps the attractor filled."""
    while True:
        values = np.sort(rng.uniform(0.05, 1, (count, 2)), axis=1)[:, ::-1]
        scaled = values * rng.uniform(5 + count, 6 + count) / 2 / (values @ [1.0, 2.0]).sum()
        if scaled.max() < 0.94:
            return np.asarray(scaled)


def _rotations(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    angles = rng.uniform(0, 2 * np.pi, count)
    cosine, sine = np.cos(angles), np.sin(angles)
    return np.stack([np.stack([cosine, -sine], 1), np.stack([sine, cosine], 1)], 1)


def _chaos_game(
    matrices: NDArray[np.float32],
    offsets: NDArray[np.float32],
    probabilities: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Points of the attractor, from CHAINS random walks over the maps."""
    a, b, c, d = matrices.reshape(-1, 4).T
    choices = np.searchsorted(probabilities.cumsum()[:-1], rng.random((STEPS, CHAINS), np.float32))
    x, y = np.zeros((2, CHAINS), np.float32)
    walked = np.empty((2, STEPS, CHAINS), np.float32)
    for step, choice in enumerate(choices):
        x, y = (
            a[choice] * x + b[choice] * y + offsets[choice, 0],
            c[choice] * x + d[choice] * y + offsets[choice, 1],
        )
        walked[:, step] = x, y
    x, y = walked[:, SETTLING:].reshape(2, -1)
    return x, y


def _density(x: NDArray[np.float32], y: NDArray[np.float32], zoom: float) -> NDArray[np.float32]:
    """The number of points in each pixel; the centred attractor has a spread of `zoom` times the side."""
    spread = max(float(np.hypot(x.std(), y.std())), 1e-6)
    column, row = (((v - v.mean()) * (zoom / spread) + 0.5) * SIDE for v in (x, y))
    inside = (column >= 0) & (column < SIDE) & (row >= 0) & (row < SIDE)
    pixels = row[inside].astype(np.intp) * SIDE + column[inside].astype(np.intp)
    return np.bincount(pixels, minlength=SIDE * SIDE).reshape(SIDE, SIDE).astype(np.float32)
