import os
import re
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image

from extractors.image_files import ImageFileError, header_of, open_image
from extractors.pixels import UnreadableImageError, decode
from tests.extractors.image_cases import (
    POSTSCRIPT,
    chunk,
    ghostscript_that_leaves_a_mark,
    png16,
    with_broken_exif,
)

REPOSITORY = Path(__file__).parents[2]


def saved(path, array=None, **options):
    Image.fromarray(np.zeros((4, 6), np.uint8) if array is None else array).save(path, **options)
    return path


@pytest.fixture
def postscript(tmp_path, monkeypatch):
    """A file x.png that is PostScript, and the mark of a Ghostscript that would run it."""
    path = tmp_path / "x.png"
    path.write_bytes(POSTSCRIPT)
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", None)  # Pillow looks for the program once per process
    return path, ghostscript_that_leaves_a_mark(tmp_path, monkeypatch)


def test_the_mark_is_left_where_pillow_opens_postscript(postscript):
    path, mark = postscript
    with pytest.raises(OSError, match=r"."), Image.open(path) as image:
        image.load()
    assert mark.exists(), "else the test below could not fail"


def test_postscript_under_an_images_name_starts_no_program(postscript):
    path, mark = postscript
    with pytest.raises(UnreadableImageError, match=r"x.png: .*not a PNG, JPEG, TIFF, BMP or DICOM file"):
        decode(path, 16, "pad")
    assert not mark.exists()


@pytest.mark.parametrize("format", ["GIF", "PDF", "WEBP", "PPM", "ICO", "TGA", "EPS", "JPEG2000"])
def test_other_formats_are_refused_whatever_their_name(tmp_path, format):
    path = saved(tmp_path / "x.png", np.zeros((4, 6, 3), np.uint8), format=format)
    with pytest.raises(ImageFileError, match="not a PNG, JPEG, TIFF, BMP or DICOM file"), open_image(path):
        pass


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "BMP"])
def test_declared_formats_are_opened_whatever_their_name(tmp_path, format):
    with open_image(saved(tmp_path / "x.dat", format=format)) as image:
        assert (image.format, image.size) == (format, (6, 4))


def test_what_is_not_a_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    (tmp_path / "self.png").symlink_to("self.png")
    reasons = {
        "pipe": "a pipe",
        "folder": "a folder",
        "zero": "a device",
        "self": "symbolic links",
        "none": "No such",
    }
    for name, reason in reasons.items():
        with pytest.raises(ImageFileError, match=reason), open_image(tmp_path / f"{name}.png"):
            pass
    with pytest.raises(ImageFileError, match="null"), open_image(tmp_path / "a\0b.png"):
        pass


@pytest.mark.parametrize(("side", "message"), [(12_900, "too many"), (60_000, "exceeds limit")])
def test_sizes_are_limited_before_anything_is_decoded(tmp_path, side, message):
    path = tmp_path / "bomb.png"
    whole = png16(np.zeros((1, 1, 3), np.uint16))
    path.write_bytes(
        whole[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 16, 2, 0, 0, 0)) + whole[33:]
    )
    with pytest.raises(ImageFileError, match=message), open_image(path):
        pytest.fail("opened")


def test_any_exception_while_decoding_is_a_reason_in_one_line(tmp_path):
    path = saved(tmp_path / "a.png")
    path.write_bytes(with_broken_exif(path.read_bytes()))
    with Image.open(path) as image:
        image.load()
        with pytest.raises(struct.error):
            image.getexif()
    with pytest.raises(UnreadableImageError, match=r"a\.png: cannot be read as an image \(.+\)$"):
        decode(path, 16, "pad")


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_depth_is_that_of_the_file(tmp_path, channels):
    path = tmp_path / "deep.png"
    path.write_bytes(png16(np.zeros((4, 6, channels), np.uint16)))
    with open_image(path) as image:
        assert header_of(image).bits == 16


def test_the_depth_of_shallow_files(tmp_path):
    grey = Image.fromarray(np.zeros((4, 6), np.uint8))
    depths = {"L": 8, "P": 8, "1": 1, "RGB": 8}
    for mode, bits in depths.items():
        grey.convert(mode).save(tmp_path / "a.png", **({"bits": 8} if mode == "P" else {}))
        with open_image(tmp_path / "a.png") as image:
            assert header_of(image).bits == bits


def test_no_other_module_opens_images():
    found = subprocess.run(
        ["grep", "-rlE", r"Image\.open\(|imread|decode_image\(|read_image\(", "benchmark", "extractors", "classifiers", "results"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    assert {name for name in found if re.search(r"\.py$", name)} == {
        "extractors/image_files.py",
        "extractors/grey_values.py",
        "extractors/corruptions.py",  # what it has just written as JPEG, in memory
        "results/page/pictures.py",  # its own charts
    }
