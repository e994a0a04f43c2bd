import os

import numpy as np
import pytest
from joblib import Parallel, delayed
from PIL import Image

from extractors.pixels import UnreadableImageError, box_pixels, decode, load_pixels


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


@pytest.mark.parametrize("fit", ["pad", "crop", "stretch"])
def test_the_pixels_of_a_box_are_where_the_square_shows_it(tmp_path, fit):
    drawn = np.zeros((40, 60), np.uint8)
    drawn[10:25, 20:45] = 255
    path = save(tmp_path / "box.png", drawn)
    inside = box_pixels(path, (20, 10, 45, 25), 30, fit)
    assert inside.dtype == bool
    assert np.array_equal(inside, decode(path, 30, fit) >= 128)


def test_a_small_box_has_a_pixel_and_one_that_is_cropped_away_has_none(tmp_path):
    path = save(tmp_path / "wide.png", np.zeros((40, 60), np.uint8))
    assert 1 <= box_pixels(path, (30, 20, 31, 21), 10, "pad").sum() <= 4
    assert not box_pixels(path, (0, 5, 4, 9), 30, "crop").any()
    with pytest.raises(UnreadableImageError, match="cannot be read"):
        box_pixels(tmp_path / "none.png", (0, 0, 1, 1), 30, "pad")


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


def test_a_file_that_keeps_size_and_time_is_decoded_again(tmp_path, gradient):
    path = save(tmp_path / "a.bmp", gradient)
    before = path.stat()
    first = load_pixels(tmp_path / "c", tmp_path, ["a.bmp"], size=16)
    save(path, 255 - gradient)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    changed = load_pixels(tmp_path / "c", tmp_path, ["a.bmp"], size=16)
    assert changed.digest != first.digest
    assert changed.meta["files"] != first.meta["files"]


def test_a_touched_file_is_not_decoded_again(tmp_path, gradient, monkeypatch):
    path = save(tmp_path / "a.png", gradient)
    load_pixels(tmp_path / "c", tmp_path, ["a.png"], size=16)
    os.utime(path, (1, 1))
    monkeypatch.setattr("extractors.pixels.decode", lambda *_, **__: pytest.fail("decoded again"))
    assert len(load_pixels(tmp_path / "c", tmp_path, ["a.png"], size=16).data) == 1


def test_a_skipped_file_that_is_mended_at_the_same_size_is_read(tmp_path, gradient):
    path = save(tmp_path / "a.bmp", gradient)
    whole = path.read_bytes()
    path.write_bytes(bytes(len(whole)))
    skipped = load_pixels(tmp_path / "c", tmp_path, ["a.bmp"], size=16, skip_unreadable=True)
    assert list(skipped.meta["unreadable"]) == ["a.bmp"]
    path.write_bytes(whole)
    mended = load_pixels(tmp_path / "c", tmp_path, ["a.bmp"], size=16, skip_unreadable=True)
    assert mended.meta["unreadable"] == {}
    assert mended.data.any()


def test_files_that_change_while_they_are_decoded_are_not_stored(tmp_path, gradient, monkeypatch):
    path = save(tmp_path / "a.bmp", gradient)

    def decode_and_change(path, **options):
        square = decode(path, **options)
        save(path, 255 - gradient)
        return square

    monkeypatch.setattr("extractors.pixels.decode", decode_and_change)
    with pytest.raises(UnreadableImageError, match="changed while they were read"):
        load_pixels(tmp_path / "c", tmp_path, ["a.bmp"], size=16)
    monkeypatch.undo()
    assert np.array_equal(
        load_pixels(tmp_path / "c", tmp_path, ["a.bmp"], size=16).data[0], decode(path, 16, "pad")
    )


@pytest.mark.parametrize(
    ("name", "junk"),
    [("data.npy", b""), ("data.npy", b"PK\x03\x04"), ("meta.json", b"[]"), ("meta.json", b"{}"),
     ("meta.json", b'{"ids": 3}'), ("meta.json", b'{"ids": ["a.png"], "digest": "d"}'),
     ("meta.json", b'{"ids": ["a.png"], "digest": "d", "files": "f", "unreadable": []}')],
)  # fmt: skip
def test_damaged_pixels_are_made_again(tmp_path, gradient, name, junk):
    save(tmp_path / "a.png", gradient)
    first = load_pixels(tmp_path / "c", tmp_path, ["a.png"], size=16)
    (first.folder / name).write_bytes(junk)
    again = load_pixels(tmp_path / "c", tmp_path, ["a.png"], size=16)
    assert (again.digest, again.meta) == (first.digest, first.meta)


def test_the_window_is_part_of_the_cache(tmp_path, gradient):
    save(tmp_path / "a.png", gradient // 2)
    plain = load_pixels(tmp_path / "c", tmp_path, ["a.png"], size=16, fit="stretch")
    stretched = load_pixels(tmp_path / "c", tmp_path, ["a.png"], size=16, fit="stretch", window=(0, 100))
    assert plain.data.max() < 130 < 240 < stretched.data.max()


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
