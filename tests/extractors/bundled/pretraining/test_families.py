import numpy as np
import pytest

from extractors.bundled.pretraining import contours, fractals, leaves, noises

FAMILIES = pytest.mark.parametrize("family", [fractals, contours, noises, leaves], ids=lambda f: f.__name__)


def category_of(family, seed):
    return family.category(np.random.default_rng(seed))


def picture_of(family, category_seed, seed):
    return family.draw(category_of(family, category_seed), np.random.default_rng(seed))


@FAMILIES
def test_a_picture_is_one_grey_square_with_something_on_it(family):
    for seed in range(20):
        picture = picture_of(family, seed, seed)
        assert picture.shape == (128, 128)
        assert picture.dtype == np.uint8
        assert picture.std() > 3


@FAMILIES
def test_seeds_decide_everything(family):
    assert np.array_equal(picture_of(family, 3, 4), picture_of(family, 3, 4))
    assert not np.array_equal(picture_of(family, 3, 4), picture_of(family, 3, 5)), "poses vary"


def spectrum(picture):
    """A description that does not depend on place: the power in rings of spatial frequency, and the tones."""
    grey = picture.astype(float)
    power = np.abs(np.fft.rfft2(grey - grey.mean()))
    radius = np.hypot(np.fft.fftfreq(128)[:, None], np.fft.rfftfreq(128)[None]) * 128
    rings = np.digitize(radius, [2, 4, 8, 12, 16, 24, 32, 48])
    bands = np.log([power[rings == ring].mean() + 1 for ring in range(9)])
    return np.concatenate([bands, np.quantile(grey, [0.1, 0.3, 0.5, 0.7, 0.9]) / 64])


@FAMILIES
def test_pictures_of_one_category_are_closer_than_those_of_others(family):
    described = np.array([[spectrum(picture_of(family, c, 100 + s)) for s in range(6)] for c in range(12)])
    within = np.linalg.norm(described[:, 0] - described[:, 1:].mean(1), axis=1).mean()
    others = np.roll(described, 1, axis=0)
    across = np.linalg.norm(described[:, 0] - others[:, 1:].mean(1), axis=1).mean()
    assert within < 0.7 * across


def test_a_fractal_never_leaves_the_plane_that_its_contractions_allow():
    for seed in range(50):
        system = category_of(fractals, seed)
        assert np.linalg.svd(system.matrices, compute_uv=False).max() < 0.95
        assert system.probabilities.sum() == pytest.approx(1)
