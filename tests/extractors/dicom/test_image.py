import io
import struct

import numpy as np
import pytest
from PIL import Image
from pydicom.uid import (
    BasicTextSRStorage,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from extractors.dicom.image import open_dicom
from extractors.image_files import ImageFileError
from tests.extractors.dicom.test_codestreams import FILES, with_size
from tests.extractors.dicom_cases import dataset, saved, set_frame, without_preamble

RNG = np.random.default_rng(0)
TWELVE = RNG.integers(0, 4096, (64, 48), dtype=np.uint16)
TWELVE_BITS = {"BitsStored": 12, "HighBit": 11}


def stored(path):
    with path.open("rb") as stream:
        return open_dicom(stream).stored()


def refusal(path):
    with pytest.raises(ImageFileError) as told:
        stored(path)
    message = str(told.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("syntax", ["", JPEG2000Lossless, RLELossless])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_lossless_pixels_come_back_as_they_were(tmp_path, syntax, dtype):
    values = RNG.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, (64, 48), dtype=dtype)
    found = stored(saved(tmp_path / "a", values, compressed=syntax))
    assert np.array_equal(found.view(dtype), values)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_encodings_of_the_elements(tmp_path, syntax):
    path = tmp_path / "a"
    made = dataset(TWELVE, **TWELVE_BITS)
    if syntax == ExplicitVRBigEndian:
        made.PixelData = TWELVE.astype(">u2").tobytes()
    made.file_meta.TransferSyntaxUID = syntax
    made.save_as(path, enforce_file_format=True)
    assert np.array_equal(stored(path), TWELVE)
    assert stored(path).sum() == TWELVE.sum(), "in the order of bytes of this machine"


def test_a_file_without_preamble(tmp_path):
    assert np.array_equal(stored(without_preamble(saved(tmp_path / "a", TWELVE))), TWELVE)


def test_overlays_and_other_bits_beside_the_stored_ones_are_left_out(tmp_path):
    above = TWELVE | RNG.integers(0, 16, TWELVE.shape, dtype=np.uint16) << 12
    assert np.array_equal(stored(saved(tmp_path / "a", above, **TWELVE_BITS)), TWELVE)
    below = TWELVE << 4 | RNG.integers(0, 16, TWELVE.shape, dtype=np.uint16)
    assert np.array_equal(stored(saved(tmp_path / "b", below, BitsStored=12, HighBit=15)), TWELVE)


def test_signed_values_of_twelve_bits_keep_twelve_bits(tmp_path):
    values = np.array([[-2048, -1, 0, 2047]], np.int16)
    assert stored(saved(tmp_path / "a", values, **TWELVE_BITS)).tolist() == [[2048, 4095, 0, 2047]]


@pytest.mark.parametrize("planar", [0, 1])
def test_colours_are_read_in_either_order(tmp_path, planar):
    colours = RNG.integers(0, 256, (6, 4, 3), dtype=np.uint8)
    path = tmp_path / "a"
    made = dataset(colours, PlanarConfiguration=planar)
    if planar:
        made.PixelData = np.moveaxis(colours, -1, 0).tobytes()
    made.save_as(path, enforce_file_format=True)
    with path.open("rb") as stream:
        image = open_dicom(stream)
        assert image.in_colour
        assert np.array_equal(np.asarray(image.colours()), colours)


def test_compressed_colours_become_rgb(tmp_path):
    colours = np.full((64, 48, 3), (200, 50, 100), np.uint8)
    with saved(tmp_path / "a", colours, compressed=JPEGBaseline8Bit).open("rb") as stream:
        image = open_dicom(stream)
        assert image.header.mode == "YBR_FULL_422"
        assert np.abs(np.asarray(image.colours()).astype(int) - colours).max() <= 3


@pytest.mark.parametrize(
    ("name", "reference"),
    [("MR_small_jpeg_ls_lossless.dcm", "MR_small.dcm"), ("MR_small_jp2klossless.dcm", "MR_small.dcm")],
)
def test_lossless_files_of_others_equal_the_uncompressed_one(name, reference):
    assert np.array_equal(stored(FILES / name), stored(FILES / reference))


def test_lossless_jpeg_of_others():
    with (FILES / "SC_rgb_jpeg_gdcm.dcm").open("rb") as stream:
        found = np.asarray(open_dicom(stream).colours())
    with (FILES / "SC_rgb_rle.dcm").open("rb") as stream:
        assert np.array_equal(found, np.asarray(open_dicom(stream).colours()))


def test_what_is_no_single_image_is_refused(tmp_path):
    assert refusal(saved(tmp_path / "a", None, SOPClassUID=BasicTextSRStorage)) == (
        "a DICOM file without an image (Basic Text SR Storage)"
    )
    assert "12 frames; only single images" in refusal(saved(tmp_path / "b", TWELVE, NumberOfFrames=12))
    assert "without pixels" in refusal(saved(tmp_path / "c", TWELVE, PixelData=None))


def test_huge_images_are_refused_by_the_header_alone(tmp_path):
    path = saved(tmp_path / "a", TWELVE, Rows=65535, Columns=65535)
    with (
        path.open("rb") as stream,
        pytest.raises(ImageFileError, match=r"65,535 × 65,535 pixels .* too many"),
    ):
        open_dicom(stream)


def test_truncated_pixels_are_refused(tmp_path):
    path = saved(tmp_path / "a", TWELVE)
    path.write_bytes(path.read_bytes()[:-100])
    assert "truncated DICOM file: 6,044 of 6,144 bytes" in refusal(path)
    compressed = saved(tmp_path / "b", TWELVE, compressed=JPEG2000Lossless)
    compressed.write_bytes(compressed.read_bytes()[:-3000])
    assert "ends before the end of its pixels" in refusal(compressed)


def test_a_small_header_does_not_let_large_compressed_pixels_in(tmp_path):
    grey = io.BytesIO()
    Image.fromarray(np.zeros((64, 48), np.uint8)).save(grey, "JPEG")
    made = dataset(np.zeros((64, 48), np.uint8))
    set_frame(made, with_size(grey.getvalue(), 60_000, 60_000), JPEGBaseline8Bit)
    made.save_as(tmp_path / "a", enforce_file_format=True)
    assert "60,000 × 60,000 pixels, 1 channel(s) of 8 bits, not 48 × 64" in refusal(tmp_path / "a")
    made = dataset(np.zeros((64, 48), np.uint8))
    set_frame(made, struct.pack("<16I", 1, 64, *[0] * 14) + b"\x81\x00" * 10**6, RLELossless)
    made.save_as(tmp_path / "b", enforce_file_format=True)
    assert "not as many" in refusal(tmp_path / "b")


def test_broken_fragments_are_refused(tmp_path):
    path = saved(tmp_path / "a", TWELVE, compressed=JPEG2000Lossless)
    content = path.read_bytes()
    start = content.index(b"\xff\x4f\xff\x51")
    path.write_bytes(content[: start - 8] + b"\1\2\3\4" + content[start - 4 :])
    assert "cannot be decoded" in refusal(path)
    path.write_bytes(content[: start + 300] + bytes(len(content) - start - 308) + content[-8:])
    assert "cannot be decoded" in refusal(path)


def test_no_pixel_is_decoded_before_it_is_asked_for(tmp_path, monkeypatch):
    path = saved(tmp_path / "a", TWELVE, compressed=JPEG2000Lossless)
    monkeypatch.setattr("pydicom.pixels.decoders.base.get_decoder", lambda *_: pytest.fail("decoded"))
    with path.open("rb") as stream:
        assert open_dicom(stream).header.width == 48
