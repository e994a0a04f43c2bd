"""Corruptions of decoded radiographs in five strengths: what another scanner, export or film may do to them.

The ladder is that of Hendrycks and Dietterich 2019 ("Benchmarking neural network robustness to common
corruptions and perturbations", ICLR), with kinds that radiographs meet. Parameters were chosen by hand,
before any result, and belong to CORRUPTIONS_VERSION.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CORRUPTIONS_VERSION = 1  # raise it when a corruption gives other pixels

Square = NDArray[np.uint8]  # (size, size)
_SIDE = 224  # of the image for which lengths in pixels are given; other sides in proportion


@dataclass(frozen=True)
class Corruption:
    """A kind of corruption: what it does, its parameter at strength 1 .. 5, and the function.

    `apply(square, parameter, seed)` takes and returns (size, size) uint8; only noise uses the seed.
    """

    name: str
    parameter: str  # what the numbers are
    values: tuple[float, float, float, float, float]
    apply: Callable[[Square, float, int], Square]


def corrupt(square: Square, kind: str, strength: int, name: str) -> Square:
    """A corrupted copy of a decoded image (size, size) uint8.

    `name` is the image's: noise depends on it alone, so that it is the same in every run. Raises KeyError for
    an unknown kind and IndexError for a strength that is not 1 .. 5.
    """
    if not 1 <= strength <= 5:
        raise IndexError(f"a strength is 1 to 5, not {strength}")
    one = CORRUPTIONS[kind]
    digest = hashlib.sha256(f"{kind}|{name}".encode()).digest()
    return one.apply(square, one.values[strength - 1], int.from_bytes(digest[:8], "big"))


def _rounded(values: NDArray[np.float64]) -> Square:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _noise(square: Square, sd: float, seed: int) -> Square:
    """Normal noise of this standard deviation, in shares of the grey scale."""
    drawn = np.random.default_rng(seed).standard_normal(square.shape)
    return _rounded(square + 255 * sd * drawn)


def _blur(square: Square, sigma: float, seed: int) -> Square:
    """A Gaussian blur with this sigma."""
    from scipy.ndimage import gaussian_filter  # the names of this module are read with every grid file

    return _rounded(gaussian_filter(square.astype(np.float64), sigma * square.shape[0] / _SIDE))


def _contrast(square: Square, share: float, seed: int) -> Square:
    """The distance of each pixel to the image's mean, times this share."""
    values = square.astype(np.float64)
    return _rounded(values.mean() + share * (values - values.mean()))


def _inversion(square: Square, share: float, seed: int) -> Square:
    """A mixture with the negative, whose share this is: at 0.5 all is grey, at 1 black is white."""
    values = square.astype(np.float64)
    return _rounded((1 - share) * values + share * (255 - values))


def _resampling(square: Square, factor: float, seed: int) -> Square:
    """Averaged down to this share of the side, and interpolated back."""
    size = square.shape[0]
    small = max(1, round(size * factor))
    image = Image.fromarray(square)
    down = image.resize((small, small), Image.Resampling.BOX)
    return np.asarray(down.resize((size, size), Image.Resampling.BICUBIC))


def _jpeg(square: Square, quality: float, seed: int) -> Square:
    """Saved as JPEG of this quality, and read again."""
    stream = BytesIO()
    Image.fromarray(square).save(stream, "JPEG", quality=int(quality))
    return np.asarray(Image.open(stream).convert("L"))


_ALL = (
    Corruption(
        "noise", "standard deviation, in shares of the grey scale", (0.02, 0.04, 0.08, 0.12, 0.18), _noise
    ),
    Corruption("blur", "sigma in pixels of a side of 224", (0.5, 1.0, 2.0, 3.0, 4.0), _blur),
    Corruption("contrast", "share of the contrast that stays", (0.8, 0.6, 0.4, 0.3, 0.2), _contrast),
    Corruption("inversion", "share of the negative in the mixture", (0.1, 0.2, 0.3, 0.7, 1.0), _inversion),
    Corruption("resampling", "share of the side that stays", (0.75, 0.5, 0.35, 0.25, 0.15), _resampling),
    Corruption("jpeg", "quality", (60.0, 30.0, 15.0, 8.0, 4.0), _jpeg),
)
CORRUPTIONS: dict[str, Corruption] = {one.name: one for one in _ALL}
