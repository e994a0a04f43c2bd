import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from extractors.grey_values import grey_image
from extractors.image_files import ImageFileError, open_image
from tests.extractors.dicom_cases import saved
from tests.extractors.image_cases import chunk, png16

RAMP = np.tile(np.arange(64, dtype=np.uint16) * 50 + 300, (64, 1))  # 12 bits in 16


def grey(path, window=None):
    with open_image(path) as image:
        return np.asarray(grey_image(image, window)).astype(int)


def written(path, values, extra=b""):
    path.write_bytes(png16(values, extra))
    return path


@pytest.fixture
def one_channel(tmp_path):
    return grey(written(tmp_path / "one.png", RAMP[..., None]))


def test_a_deep_image_uses_all_grey_levels(one_channel):
    assert (one_channel.min(), one_channel.max()) == (0, 255)
    assert len(np.unique(one_channel)) > 60


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_channels_of_16_bits_keep_their_depth(tmp_path, one_channel, channels):
    several = np.repeat(RAMP[..., None], channels, axis=2)
    if channels in (2, 4):
        several[..., -1] = 65535  # opaque
    found = grey(written(tmp_path / "several.png", several))
    assert np.abs(found - one_channel).max() <= 1
    assert len(np.unique(found)) > 60


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_tiff_channels_of_16_bits_keep_their_depth(tmp_path, one_channel, compression):
    tifffile = pytest.importorskip("tifffile")
    path = tmp_path / "rgb.tif"
    tifffile.imwrite(path, np.repeat(RAMP[..., None], 3, axis=2), photometric="rgb")
    if compression != "raw":
        tifffile.imwrite(path, np.repeat(RAMP[..., None], 3, axis=2), photometric="rgb", compression="zlib")
    assert np.abs(grey(path) - one_channel).max() <= 1


def test_luma_of_deep_channels_is_that_of_shallow_ones(tmp_path):
    colours = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    deep = grey(written(tmp_path / "d.png", colours.astype(np.uint16) * 257), (0, 100))
    Image.fromarray(colours).save(tmp_path / "s.png")
    shallow = grey(tmp_path / "s.png", (0, 100))
    assert np.abs(deep - shallow).max() <= 2


def test_channels_that_cannot_be_read_at_their_depth_are_refused(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((8, 8, 4), np.uint16), photometric="separated")
    with pytest.raises(ImageFileError, match=r"16 bits in several channels \(CMYK\); save it"):
        grey(tmp_path / "c.tif")


@pytest.mark.parametrize("kind", ["hot pixel", "mark"])
def test_a_few_bright_pixels_do_not_darken_the_others(tmp_path, one_channel, kind):
    values = RAMP.copy()
    values[:1, :1] = 65535
    if kind == "mark":
        values[:5, :8] = 65535  # about 1 % of the pixels
    found = grey(written(tmp_path / "m.png", values[..., None]))
    assert np.abs(found[6:] - one_channel[6:]).max() < 12
    least_to_most = grey(tmp_path / "m.png", (0, 100))
    assert len(np.unique(least_to_most[6:])) < 16, "which is what the window is for"


def test_shallow_images_keep_their_values_unless_a_window_is_given(tmp_path):
    values = np.random.default_rng(0).integers(40, 90, (20, 30), dtype=np.uint8)
    Image.fromarray(values).save(tmp_path / "s.png")
    assert np.array_equal(grey(tmp_path / "s.png"), values)
    stretched = grey(tmp_path / "s.png", (0, 100))
    assert (stretched.min(), stretched.max()) == (0, 255)


@pytest.mark.parametrize("bits", [8, 16])
def test_white_is_zero_is_inverted_at_every_depth(tmp_path, bits):
    values = (RAMP // 16).astype(np.uint8) if bits == 8 else RAMP
    # Pillow inverts 8 bits, and no more than these, when it writes
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[262] = 0
    Image.fromarray(values.max() - values if bits == 16 else values).save(tmp_path / "w.tif", tiffinfo=tags)
    with Image.open(tmp_path / "w.tif") as image:
        assert image.tag_v2[262] == 0
    found = grey(tmp_path / "w.tif")
    assert found[0, 0] < found[0, 63], "dark where the picture is dark"


def test_values_that_are_no_numbers_do_not_blacken_the_others(tmp_path):
    values = RAMP.astype(np.float32)
    Image.fromarray(values).save(tmp_path / "whole.tif")
    values[0, :3] = [np.nan, np.inf, -np.inf]
    Image.fromarray(values).save(tmp_path / "f.tif")
    found, whole = grey(tmp_path / "f.tif"), grey(tmp_path / "whole.tif")
    assert np.abs(found[1:] - whole[1:]).max() <= 1
    assert found[0, :3].tolist() == [0, 255, 0]


def test_an_image_without_a_number_is_unreadable(tmp_path):
    Image.fromarray(np.full((4, 4), np.nan, np.float32)).save(tmp_path / "f.tif")
    with pytest.raises(ImageFileError, match="no finite number"):
        grey(tmp_path / "f.tif")


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_are_black_and_hidden_colours_unseen(tmp_path, mode):
    values = np.full((6, 6), 200, np.uint8)
    alpha = np.full((6, 6), 255, np.uint8)
    alpha[:3], alpha[3] = 0, 128
    image = Image.fromarray(values).convert(mode)
    image.putalpha(Image.fromarray(alpha))
    image.save(tmp_path / "a.png")
    assert grey(tmp_path / "a.png")[:, 0].tolist() == [0, 0, 0, 100, 200, 200]


def test_a_transparent_colour_of_a_palette_is_black(tmp_path):
    values = np.array([[10, 200]], np.uint8).repeat(4, axis=1)
    image = Image.fromarray(values).convert("P")
    image.save(tmp_path / "p.png", transparency=int(np.asarray(image)[0, -1]))
    assert grey(tmp_path / "p.png")[0].tolist() == [10] * 4 + [0] * 4


@pytest.mark.parametrize("differs", [None, 0, 1, 2])
@pytest.mark.parametrize("byte", ["high", "low"])
def test_a_transparent_colour_of_deep_channels_is_black_and_a_near_one_is_not(tmp_path, differs, byte):
    colour = np.array([41000, 52000, 63000], np.uint16)
    values = np.repeat(RAMP[..., None], 3, axis=2)
    values[10:15, 10:14] = colour
    if differs is not None:
        values[10:15, 10:14, differs] += 256 if byte == "high" else 1
    found = grey(written(tmp_path / "c.png", values, chunk(b"tRNS", colour.astype(">u2").tobytes())))
    assert set(found[10:15, 10:14].ravel()) == ({0} if differs is None else {255})
    assert len(np.unique(found)) > 60


def test_a_transparent_value_of_a_deep_image_is_black(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "d.png", transparency=int(RAMP[0, -1]))
    found = grey(tmp_path / "d.png")
    assert found[0, -1] == 0 < found[0, -2]


@pytest.mark.parametrize("deep", [False, True])
def test_turned_images_are_upright(tmp_path, deep):
    values = RAMP[:20, :40] if deep else RAMP[:20, :40].astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(values).save(tmp_path / "t.png", exif=exif)
    Image.fromarray(np.rot90(values, -1).copy()).save(tmp_path / "u.png")
    assert np.array_equal(grey(tmp_path / "t.png"), grey(tmp_path / "u.png"))


def test_a_large_deep_image_takes_little_memory(tmp_path):
    Image.fromarray(np.tile(RAMP, (94, 94))).save(tmp_path / "big.png", compress_level=1)  # 6016 x 6016
    program = (
        "import resource, sys; from pathlib import Path; from extractors.pixels import decode\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = used(); decode(Path(sys.argv[1]), 224, 'pad'); print(used() - before)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "big.png"], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) * 1024 < 6 * 6016**2, "bytes per pixel; as float64 alone it would take 8"


def test_colours_of_dicom_become_the_same_luma_as_those_of_png(tmp_path):
    colours = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(colours).save(tmp_path / "s.png")
    for window in (None, (1, 99)):
        found = grey(saved(tmp_path / "c.dcm", colours), window)
        assert np.array_equal(found, grey(tmp_path / "s.png", window))


@pytest.fixture(scope="module")
def radiographs():
    """The grey values of the two radiographs of pydicom-data: uncompressed, lossless, little and lossy."""
    folder = files("data_store") / "data"
    names = [f"{part}_{kind}" for part in ("RG1", "RG3") for kind in ("UNCR", "J2KR", "J2KI")]
    return {name: grey(folder / f"{name}.dcm") for name in names}


@pytest.mark.parametrize("part", ["RG1", "RG3"])
def test_a_real_radiograph_is_the_same_uncompressed_and_lossless(radiographs, part):
    assert np.array_equal(radiographs[f"{part}_UNCR"], radiographs[f"{part}_J2KR"])
    assert np.abs(radiographs[f"{part}_UNCR"] - radiographs[f"{part}_J2KI"]).mean() < 1


def test_real_radiographs_show_air_dark_and_bone_bright(radiographs):
    chest, leg = radiographs["RG1_UNCR"], radiographs["RG3_UNCR"]
    lung, spine = chest[400:600, 400:500], chest[900:1100, 850:950]
    air, tibia = leg[200:600, 500:560], leg[200:600, 840:900]
    assert lung.mean() + 60 < spine.mean()
    assert air.mean() + 100 < tibia.mean()
