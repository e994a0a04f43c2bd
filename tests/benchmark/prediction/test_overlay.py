"""The overlay: grey where nothing was found, coloured where something was, in colours that everybody sees."""

import numpy as np
import pytest

from benchmark.prediction.overlay import overlay


@pytest.fixture
def grey():
    return np.random.default_rng(0).integers(0, 256, (20, 30), dtype=np.uint8)


def test_where_the_map_is_low_the_image_stays_grey(grey):
    heat = np.zeros(grey.shape, np.float32)
    heat[:, 15:] = 1
    found = np.asarray(overlay(grey, heat))
    assert found.shape == (20, 30, 3)
    assert (found[:, :15] == grey[:, :15, None]).all()
    assert (np.ptp(found[:, 15:].astype(int), axis=2) > 30).all()


def test_a_higher_value_is_lighter_on_the_same_grey():
    heat = np.linspace(0.5, 1, 30, dtype=np.float32)[None]
    found = np.asarray(overlay(np.full((1, 30), 90, np.uint8), heat).convert("L")).astype(int)
    assert (np.diff(found[0]) >= 0).all()
    assert found[0, -1] - found[0, 0] > 30


def test_a_map_of_another_shape_is_refused(grey):
    with pytest.raises(ValueError, match="same shape"):
        overlay(grey, np.zeros((20, 20), np.float32))
