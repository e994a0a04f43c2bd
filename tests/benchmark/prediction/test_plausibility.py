from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom.uid import JPEGBaseline8Bit

from benchmark.prediction.plausibility import doubts
from tests.extractors.dicom_cases import saved as saved_dicom

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


def dicom(path, pixels, **elements):
    return doubts(saved_dicom(path, pixels, **elements), GREY)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_grey_dicom_file_is_no_reason_to_doubt(tmp_path, photometric):
    deep = RANDOM.integers(0, 4096, (48, 48), dtype=np.uint16)
    assert dicom(tmp_path / "x", deep, PhotometricInterpretation=photometric, BitsStored=12, HighBit=11) == ()


@pytest.mark.parametrize("compressed", ["", JPEGBaseline8Bit])
def test_a_coloured_dicom_file_is_doubted_and_a_grey_one_in_colour_mode_is_not(tmp_path, compressed):
    picture = np.full((48, 48, 3), (200, 120, 40), np.uint8)
    picture[::2] //= 2
    assert dicom(tmp_path / "x", picture, compressed=compressed) == ("it is a coloured picture",)
    assert dicom(tmp_path / "y", np.dstack([GREY] * 3), compressed=compressed) == ()


def test_the_content_of_a_dicom_file_is_judged_as_the_file(tmp_path):
    picture = np.full((48, 48, 3), (200, 120, 40), np.uint8)
    content = saved_dicom(tmp_path / "x", picture).read_bytes()
    assert doubts(content, GREY) == ("it is a coloured picture",)


def test_a_dicom_file_that_ends_early_gives_no_second_failure(tmp_path):
    path = saved_dicom(tmp_path / "x", np.full((48, 48, 3), (200, 120, 40), np.uint8))
    path.write_bytes(path.read_bytes()[:-4000])
    assert doubts(path, GREY) == ()
