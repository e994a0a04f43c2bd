import os

import numpy as np
import pytest
from joblib import Parallel, delayed
from PIL import Image

from extractors.pixels import UnreadableImageError, decode, load_pixels


def save(path, array):
    Image.fromarray(array).save(path)
    return path


@pytest.fixture
def gradient():
    return np.tile(np.arange(0, 240, 4, dtype=np.uint8), (40, 1))  # 40 high, 60 wide


def test_every_kind_of_file_gives_the_same_picture(tmp_path, gradient):
    grey = decode(save(tmp_path / "grey.png", gradient), 32, "pad")
    rgb = np.stack([gradient] * 3, axis=-1)
    rgba = np.dstack([rgb, np.full(gradient.shape, 255, np.uint8)])
    assert np.array_equal(grey, decode(save(tmp_path / "rgb.png", rgb), 32, "pad"))
    assert np.array_equal(grey, decode(save(tmp_path / "rgba.png", rgba), 32, "pad"))
    jpeg = decode(save(tmp_path / "grey.jpg", gradient), 32, "pad")
    assert np.abs(jpeg.astype(int) - grey).max() < 12


def test_sixteen_bits_are_stretched_not_cut_off(tmp_path, gradient):
    deep = decode(save(tmp_path / "deep.png", (gradient.astype(np.uint16) * 16)), 32, "stretch")
    assert deep.min() < 10
    assert deep.max() > 245
    assert len(np.unique(deep)) > 20


def test_fits(tmp_path, gradient):
    path = save(tmp_path / "g.png", gradient + 10)
    padded, cropped, stretched = (decode(path, 30, fit) for fit in ("pad", "crop", "stretch"))
    assert (padded[:4] == 0).all()
    assert (cropped > 0).all()
    assert cropped.min() > 30, "a centre crop loses the dark left edge"
    assert stretched.min() >= 8


def test_pixels_are_stored_once_and_notice_a_changed_file(tmp_path, gradient):
    save(tmp_path / "a.png", gradient)
    save(tmp_path / "b.png", gradient.T.copy())
    rows = []
    first = load_pixels(tmp_path / "c", tmp_path, ["a.png", "b.png"], size=16, progress=rows.append)
    assert sum(rows) == 2
    again = []
    load_pixels(tmp_path / "c", tmp_path, ["a.png", "b.png"], size=16, progress=again.append)
    assert again == []
    assert first.ids == ["a.png", "b.png"]
    save(tmp_path / "a.png", 255 - gradient)
    os.utime(tmp_path / "a.png", (1, 1))
    changed = load_pixels(tmp_path / "c", tmp_path, ["a.png", "b.png"], size=16)
    assert changed.digest != first.digest


def test_an_unreadable_image_stops_with_its_path_unless_skipped(tmp_path, gradient):
    save(tmp_path / "a.png", gradient)
    (tmp_path / "broken.png").write_bytes(b"not an image")
    images = ["a.png", "broken.png"]
    with pytest.raises(UnreadableImageError, match=r"broken\.png: cannot be read as an image \(.*\)$"):
        load_pixels(tmp_path / "c", tmp_path, images, size=16)
    stored = load_pixels(tmp_path / "c", tmp_path, images, size=16, skip_unreadable=True)
    assert list(stored.meta["unreadable"]) == ["broken.png"]
    assert (stored.data[1] == 0).all()
    with pytest.raises(UnreadableImageError, match=r"broken\.png"):
        load_pixels(tmp_path / "c", tmp_path, images, size=16)


def test_truncated_png_is_unreadable(tmp_path, gradient):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)
    path = save(tmp_path / "a.png", noise)
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(UnreadableImageError, match=r"a\.png"):
        decode(path, 32, "pad")


def test_two_processes_that_want_the_same_pixels_both_get_them(tmp_path, gradient):
    for number in range(300):
        save(tmp_path / f"{number}.png", np.roll(gradient, number, axis=1))
    images = [f"{number}.png" for number in range(300)]
    call = delayed(load_pixels)(tmp_path / "c", tmp_path, images, size=16)
    one, two = Parallel(n_jobs=2)([call, call])
    assert one.digest == two.digest
    assert len(list((tmp_path / "c" / "pixels").glob("*/data.npy"))) == 1
