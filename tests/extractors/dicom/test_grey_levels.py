import numpy as np
import pytest

from extractors.grey_values import grey_image
from extractors.image_files import ImageFileError, open_image
from tests.extractors.dicom_cases import saved
from tests.extractors.image_cases import png16

RAMP = np.tile(np.arange(64, dtype=np.uint16) * 50 + 300, (64, 1))  # 12 bits in 16


def grey(path, window=None):
    with open_image(path) as image:
        return np.asarray(grey_image(image, window)).astype(int)


@pytest.fixture
def one_channel(tmp_path):
    (tmp_path / "one.png").write_bytes(png16(RAMP[..., None]))
    return grey(tmp_path / "one.png")


TWELVE_BITS = {"BitsStored": 12, "HighBit": 11}


def dicom(folder, values=RAMP, window=None, **elements):
    return grey(saved(folder / "a.dcm", values, **(TWELVE_BITS | elements)), window)


def test_dicom_without_a_window_is_stretched_as_other_deep_images(tmp_path, one_channel):
    assert np.array_equal(dicom(tmp_path), one_channel)
    for scale in (
        {"RescaleSlope": 3, "RescaleIntercept": -1000},
        {"RescaleSlope": "-0.5", "RescaleIntercept": 9},
    ):
        expected = 255 - one_channel if scale["RescaleIntercept"] == 9 else one_channel
        assert np.abs(dicom(tmp_path, **scale) - expected).max() <= 1


def test_dicom_gets_the_window_of_its_file_unless_the_grid_has_one(tmp_path, one_channel):
    file_window = {"WindowCenter": 1000, "WindowWidth": 201, "VOILUTFunction": "LINEAR"}
    found = dicom(tmp_path, **file_window)
    assert np.array_equal(found[0], np.round(255 * ((RAMP[0] - 999.5) / 200 + 0.5).clip(0, 1)).astype(int))
    assert np.array_equal(dicom(tmp_path, window=(1, 99), **file_window), one_channel)


@pytest.mark.parametrize("elements", [{}, {"WindowCenter": 1500, "WindowWidth": 2000}])
@pytest.mark.parametrize("window", [None, (1, 99), (10, 60)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_monochrome1_is_inverted_once(tmp_path, elements, window, dtype):
    bits = {} if dtype == np.uint16 else {"BitsStored": 8, "HighBit": 7}
    values = RAMP.astype(np.uint16 if dtype == np.uint16 else np.uint8).astype(dtype)
    upright = dicom(tmp_path, values, window, **bits, **elements)
    inverted = dicom(tmp_path, values, window, **bits, **elements, PhotometricInterpretation="MONOCHROME1")
    assert np.abs(inverted - (255 - upright)).max() <= 1  # halves are rounded to even


def test_dicom_of_eight_bits_keeps_its_values_and_fewer_bits_fill_the_range(tmp_path):
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(dicom(tmp_path, values, BitsStored=8, HighBit=7), values)
    six = dicom(tmp_path, values % 64, BitsStored=6, HighBit=5)
    assert (six.min(), six.max(), len(np.unique(six))) == (0, 255, 64)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_does_not_count(tmp_path, photometric, one_channel):
    padded = np.vstack([RAMP, np.full_like(RAMP, 4000)])
    found = dicom(tmp_path, padded, PixelPaddingValue=4000, PhotometricInterpretation=photometric)
    expected = one_channel if photometric == "MONOCHROME2" else 255 - one_channel
    assert np.abs(found[:64] - expected).max() <= 1
    assert found[64:].max() == 0
    with pytest.raises(ImageFileError, match="no pixel but padding"):
        dicom(tmp_path, np.full_like(RAMP, 4000), PixelPaddingValue=4000)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_an_image_of_one_value_is_black(tmp_path, photometric):
    assert dicom(tmp_path, np.full_like(RAMP, 700), PhotometricInterpretation=photometric).max() == 0
