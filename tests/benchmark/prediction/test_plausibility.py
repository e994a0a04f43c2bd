from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from benchmark.prediction.plausibility import doubts

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (48, 48), dtype=np.uint8)


def saved(pixels, form="PNG", **settings):
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, form, **settings)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "TIFF"])
def test_a_grey_picture_in_any_form_is_no_reason_to_doubt(form):
    assert doubts(saved(GREY, form), GREY) == ()
    assert doubts(saved(np.dstack([GREY] * 3), form), GREY) == (), "saved in colour mode"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "TIFF"])
def test_colours_are_doubted(form):
    picture = np.full((48, 48, 3), (200, 120, 40), np.uint8)
    picture[::2] //= 2
    assert doubts(saved(picture, form), GREY) == ("it is a coloured picture",)


def test_a_coloured_mark_in_a_corner_is_none(tmp_path):
    marked = np.dstack([GREY] * 3)
    marked[:6, :6] = (255, 0, 0)
    assert doubts(saved(marked), GREY) == ()


def test_a_single_grey_value_is_doubted():
    flat = np.full((48, 48), 90, np.uint8)
    assert doubts(saved(flat), flat) == ("it is nearly one grey value",)
