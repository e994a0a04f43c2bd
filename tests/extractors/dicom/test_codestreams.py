import io
import struct
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import get_frame

from extractors.dicom.codestreams import CodestreamError, Shape, check_rle, shape_of
from tests.extractors.dicom_cases import dataset

FILES = Path(pydicom.__file__).parent / "data" / "test_files"
HUGE = 60_000


def frame_of(name):
    return get_frame(pydicom.dcmread(FILES / name).PixelData, 0, number_of_frames=1)


def jpeg(channels=1):
    stream = io.BytesIO()
    grey = Image.fromarray(np.zeros((40, 30), np.uint8))
    grey.convert("RGB" if channels == 3 else "L").save(stream, "JPEG")
    return stream.getvalue()


def with_size(frame, rows, columns):
    """A JPEG whose frame header says another size."""
    place = frame.index(b"\xff\xc0") + 5
    return frame[:place] + struct.pack(">HH", rows, columns) + frame[place + 4 :]


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("JPGExtended.dcm", Shape(1024, 256, 1, 12)),
        ("SC_rgb_jpeg_gdcm.dcm", Shape(100, 100, 3, 8)),  # lossless JPEG
        ("MR_small_jpeg_ls_lossless.dcm", Shape(64, 64, 1, 16)),
        ("JPEGLSNearLossless_08.dcm", Shape(45, 10, 1, 8)),
        ("MR_small_jp2klossless.dcm", Shape(64, 64, 1, 16)),
        ("GDCMJ2K_TextGBR.dcm", Shape(400, 400, 3, 8)),
    ],
)
def test_the_shape_is_that_of_the_file(name, shape):
    assert shape_of(frame_of(name)) == shape


def test_a_jpeg_that_says_to_be_huge_is_taken_at_its_word():
    assert shape_of(jpeg(3)) == Shape(40, 30, 3, 8)
    assert shape_of(with_size(jpeg(), HUGE, HUGE)) == Shape(HUGE, HUGE, 1, 8)


@pytest.mark.parametrize(
    "name", ["JPGExtended.dcm", "MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm"]
)
def test_every_cut_within_the_header_is_an_error(name):
    frame = frame_of(name)
    for length in range(24):
        with pytest.raises(CodestreamError):
            shape_of(frame[:length])


def test_what_could_hide_another_size_is_refused():
    whole = jpeg()
    second = whole[:2] + whole[whole.index(b"\xff\xc0") :][:13] + whole[2:]
    with pytest.raises(CodestreamError, match="two headers"):
        shape_of(second)
    jpeg_ls = frame_of("MR_small_jpeg_ls_lossless.dcm")
    larger = jpeg_ls[:2] + b"\xff\xf8\x00\x0a\x04\x02" + struct.pack(">IH", 2**30, 1) + jpeg_ls[2:]
    with pytest.raises(CodestreamError, match="larger than JPEG-LS"):
        shape_of(larger)


def test_jpeg_2000_with_a_tile_for_each_pixel_is_refused():
    frame = bytearray(frame_of("MR_small_jp2klossless.dcm"))
    place = frame.index(b"\xff\x51") + 22  # XTsiz, YTsiz
    frame[place : place + 8] = struct.pack(">II", 1, 1)
    frame[place - 16 : place - 8] = struct.pack(">II", 128, 128)  # Xsiz, Ysiz
    with pytest.raises(CodestreamError, match="16,384 tiles"):
        shape_of(bytes(frame))


@pytest.mark.parametrize("content", [b"", b"\xff\xd8", b"GIF89a" + bytes(60), bytes(200)])
def test_other_content_is_no_codestream(content):
    with pytest.raises(CodestreamError):
        shape_of(content)


def rle(values):
    made = dataset(values)
    made.compress(pydicom.uid.RLELossless)
    return get_frame(made.PixelData, 0, number_of_frames=1)


def test_rle_of_the_right_length_is_let_through():
    for shape in ((64, 48), (7, 5)):
        values = np.random.default_rng(0).integers(0, 3, shape, dtype=np.uint16)
        check_rle(rle(values), values.size, segments=2)
    check_rle(rle(np.zeros((7, 5, 3), np.uint8)), 35, segments=3)


def test_rle_that_expands_to_more_or_less_is_refused_without_expanding_it():
    frame = rle(np.zeros((64, 48), np.uint8))
    bomb = frame[:64] + b"\x81\x00" * 2**20
    for damaged in (bomb, frame[:70]):
        with pytest.raises(CodestreamError, match="not as many"):
            check_rle(damaged, 64 * 48, segments=1)
    with pytest.raises(CodestreamError, match="1 segments instead of 2"):
        check_rle(frame, 64 * 48, segments=2)
    with pytest.raises(CodestreamError, match="damaged"):
        check_rle(struct.pack("<16I", 1, 10**9, *[0] * 14) + bytes(9), 64 * 48, segments=1)
    with pytest.raises(CodestreamError, match="end in their header"):
        check_rle(frame[:63], 64 * 48, segments=1)
