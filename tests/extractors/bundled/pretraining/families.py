"""What holds for every family of drawn pictures; each family's own test file asks for it."""

from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from extractors.bundled.pretraining.picture import Picture


def picture_of(family: ModuleType, category_seed: int, seed: int) -> Picture:
    """A picture of one of the family's categories."""
    category = family.category(np.random.default_rng(category_seed))
    picture: Picture = family.draw(category, np.random.default_rng(seed))
    return picture


def check_pictures(family: ModuleType) -> None:
    """A picture is one grey square with something on it."""
    for seed in range(20):
        picture = picture_of(family, seed, seed)
        assert picture.shape == (128, 128)
        assert picture.dtype == np.uint8
        assert picture.std() > 3


def check_seeds(family: ModuleType) -> None:
    """Seeds decide everything, and poses vary."""
    assert np.array_equal(picture_of(family, 3, 4), picture_of(family, 3, 4))
    assert not np.array_equal(picture_of(family, 3, 4), picture_of(family, 3, 5))


def check_categories(family: ModuleType) -> None:
    """Pictures of one category are closer to each other than to those of other categories."""
    described = np.array([[_spectrum(picture_of(family, c, 100 + s)) for s in range(6)] for c in range(12)])
    within = np.linalg.norm(described[:, 0] - described[:, 1:].mean(1), axis=1).mean()
    others = np.roll(described, 1, axis=0)
    across = np.linalg.norm(described[:, 0] - others[:, 1:].mean(1), axis=1).mean()
    assert within < 0.7 * across


def _spectrum(picture: Picture) -> NDArray[np.float64]:
    """A description that does not depend on place: the power in rings of spatial frequency, and the tones."""
    grey = picture.astype(float)
    power = np.abs(np.fft.rfft2(grey - grey.mean()))
    radius = np.hypot(np.fft.fftfreq(128)[:, None], np.fft.rfftfreq(128)[None]) * 128
    rings = np.digitize(radius, [2, 4, 8, 12, 16, 24, 32, 48])
    bands = np.log([power[rings == ring].mean() + 1 for ring in range(9)])
    return np.concatenate([bands, np.quantile(grey, [0.1, 0.3, 0.5, 0.7, 0.9]) / 64])
