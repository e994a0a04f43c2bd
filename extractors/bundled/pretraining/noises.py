"""Textures of shaped noise: a power law of spatial frequency, a band, a direction, and a marginal.

After the spectral models of Baradad et al. 2021 (Learning to See by Looking at Noise).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2

from extractors.bundled.pretraining.picture import SIDE, Picture, stretched

_ROWS, _COLUMNS = np.fft.fftfreq(SIDE)[:, None] * SIDE, np.fft.rfftfreq(SIDE)[None, :] * SIDE
_MARGINALS = ("plain", "threshold", "levels", "ridges", "peaks")


@dataclass(frozen=True)
class Noise:
    """A spectrum (frequencies in cycles per picture) and the shape of its grey values."""

    exponent: float
    low: float
    high: float
    stretch: float  # ratio of the scale along the direction to the scale across it
    marginal: str
    sharpness: float
    mixed: float  # amplitude of a second octave, eight times finer


def category(rng: np.random.Generator) -> Noise:
    """Draw the parameters of a category at random."""
    low = float(2 ** rng.uniform(0, 4.5))
    return Noise(
        exponent=float(rng.uniform(0.3, 3)),
        low=low,
        high=float(min(low * 2 ** rng.uniform(0.7, 5), SIDE / 2)),
        stretch=float(rng.choice([1.0, 2 ** rng.uniform(0.5, 3)])),
        marginal=str(rng.choice(_MARGINALS)),
        sharpness=float(rng.uniform(0.5, 4)),
        mixed=float(rng.choice([0.0, rng.uniform(0.1, 0.5)])),
    )


def draw(noise: Noise, rng: np.random.Generator) -> Picture:
    """One (128, 128) uint8 picture of the texture, its direction turned at random."""
    field = _field(noise, rng)
    return stretched(_shaped(field / max(float(field.std()), 1e-9), noise))


def _field(noise: Noise, rng: np.random.Generator) -> NDArray[np.float32]:
    angle = rng.uniform(0, np.pi)
    along = np.cos(angle) * _COLUMNS + np.sin(angle) * _ROWS
    across = np.cos(angle) * _ROWS - np.sin(angle) * _COLUMNS
    frequency = np.sqrt((along * noise.stretch) ** 2 + across**2)
    power = _band(frequency, noise) + noise.mixed * _band(frequency / 8, noise)
    waves = rng.standard_normal((2, *power.shape), np.float32)
    return np.asarray(irfft2((waves[0] + 1j * waves[1]) * power.astype(np.float32)), np.float32)


def _band(frequency: NDArray[np.float64], noise: Noise) -> NDArray[np.float64]:
    """The amplitude of each frequency, of total power 1: a power law within soft limits."""
    floored = np.maximum(frequency, 0.5)
    amplitude = (
        floored**-noise.exponent / (1 + (noise.low / floored) ** 6) / (1 + (floored / noise.high) ** 6)
    )
    amplitude[0, 0] = 0
    return np.asarray(amplitude / np.sqrt((amplitude**2).sum()))


def _shaped(field: NDArray[np.float32], noise: Noise) -> NDArray[np.float32]:
    """A field of variance 1 with the marginal distribution of the category."""
    clipped: NDArray[np.floating] = np.clip(field, -3, 3)
    if noise.marginal == "threshold":
        clipped = np.tanh(6 * (clipped - noise.sharpness / 4))
    elif noise.marginal == "levels":
        clipped = np.round(clipped * noise.sharpness / 1.5)
    elif noise.marginal == "ridges":
        clipped = -(np.abs(clipped) ** (noise.sharpness / 3))
    elif noise.marginal == "peaks":
        clipped = np.exp(clipped * noise.sharpness / 3)
    return np.asarray(clipped, np.float32)
