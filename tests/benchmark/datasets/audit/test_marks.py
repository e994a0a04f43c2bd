import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy.ndimage import grey_closing, grey_opening

from benchmark.datasets.audit.marks import MARK_FEATURES, _extreme, _shares, mark_features


def marked(fill, place=(20, 20), size=(300, 200)):
    image = Image.new("L", size, 90)
    ImageDraw.Draw(image).text(place, "L", fill=fill, font_size=24)
    return image


@pytest.mark.parametrize("fill", [250, 0], ids=["bright", "dark"])
def test_a_letter_is_seen_where_it_is(fill):
    shares = mark_features(marked(fill)).reshape(2, 6, 6)[int(fill == 0)]
    assert shares[0, 0] > 0
    assert shares[3:, 3:].sum() == 0
    assert mark_features(marked(fill, (250, 150))).reshape(2, 6, 6)[int(fill == 0), 3:, 3:].sum() > 0


def test_wide_and_faint_things_are_no_strokes():
    image = Image.new("L", (300, 200), 90)
    ImageDraw.Draw(image).rectangle((100, 40, 150, 180), fill=250)
    assert not mark_features(image).any()
    assert not mark_features(marked(110)).any()


def test_tiny_images_are_not_judged():
    noise = np.random.default_rng(0).integers(0, 255, (28, 28), np.uint8)
    assert mark_features(Image.fromarray(noise)).tolist() == [0.0] * MARK_FEATURES


@pytest.mark.parametrize("size", [(30, 41), (7, 7), (3, 50), (1, 1)])
def test_opening_and_closing_are_those_of_scipy(size):
    values = np.random.default_rng(0).integers(0, 256, size, np.uint8)
    opened = _extreme(_extreme(values, np.minimum), np.maximum)
    closed = _extreme(_extreme(values, np.maximum), np.minimum)
    assert np.array_equal(opened, grey_opening(values, (7, 7)))
    assert np.array_equal(closed, grey_closing(values, (7, 7)))


def test_places_without_pixels_have_no_strokes():
    shares = _shares(np.ones((3, 12), np.bool_)).reshape(6, 6)
    assert sorted(shares.sum(1).tolist()) == [0, 0, 0, 6, 6, 6]
