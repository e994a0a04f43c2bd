"""The pixels of external sets: rungs of a ladder share one array, unreadable images are left out."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmark.datasets.manifest import Manifest
from benchmark.execution.external_pixels import set_pixels
from benchmark.execution.external_sets import ExternalSet
from benchmark.grid.schema import ImageSettings
from benchmark.store.record import Corrupted
from extractors.corruptions import corrupt

SIZE = 16


@pytest.fixture
def home():
    data = np.random.default_rng(0).integers(0, 256, (4, SIZE, SIZE), np.uint8)
    return SimpleNamespace(
        ids=["a", "b", "c", "d"], data=data, digest="home", meta={"unreadable": {"c": "broken"}}
    )


def read(sets, home, folder, skip=False):
    return set_pixels(
        sets,
        home,
        folder / "cache",
        ImageSettings(size=SIZE),
        jobs=1,
        skip_unreadable=skip,
        progress=lambda *_: None,
    )


def rungs(images, *rungs):
    table = pd.DataFrame({"image": images, "body_part": "hand", "patient": images})
    return [
        ExternalSet(f"{kind}-{n}", f"{kind}{n}", table, corruption=Corrupted(kind=kind, strength=n))
        for kind, n in rungs
    ]


def test_rungs_of_a_kind_are_in_one_array_each_with_its_rows(home, tmp_path):
    asked = rungs(["d", "b", "c"], ("noise", 2), ("noise", 5), ("jpeg", 1))
    found = read(asked, home, tmp_path)
    assert [one.external.name for one in found] == ["noise-2", "noise-5", "jpeg-1"]
    assert found[0].pixels.digest == found[1].pixels.digest != found[2].pixels.digest
    for one in found:
        assert one.external.images["image"].tolist() == ["d", "b"], "c could not be read"
        rung = one.external.corruption
        made = one.pixels.data[one.rows]
        for square, (name, row) in zip(made, (("d", 3), ("b", 1)), strict=True):
            assert (square == corrupt(home.data[row], rung.kind, rung.strength, name)).all()
    again = read(asked, home, tmp_path)
    assert [one.pixels.folder for one in again] == [one.pixels.folder for one in found]


def hospital(folder, pictures, name="away"):
    folder.mkdir()
    for file, pixels in pictures.items():
        if pixels is None:
            (folder / file).write_text("no picture")
        else:
            Image.fromarray(pixels).save(folder / file)
    images = pd.DataFrame({"image": list(pictures), "patient": list(pictures), "body_part": "hand"})
    return ExternalSet(name, "d", images, Manifest(folder, images, ""))


def test_an_image_that_cannot_be_read_is_left_out_or_refuses_its_set_alone(home, tmp_path, caplog):
    away = hospital(tmp_path / "away", {"x.png": 255 - home.data[0], "y.png": None})
    ladder = rungs(["a"], ("blur", 1))
    assert [one.external.name for one in read([away, *ladder], home, tmp_path)] == ["blur-1"]
    (said,) = caplog.messages
    assert said.startswith("external 'away': ")
    assert "y.png" in said
    assert "\n" not in said
    (found,) = read([away], home, tmp_path, skip=True)
    assert found.external.images["image"].tolist() == ["x.png"]
    assert found.rows.tolist() == [0]
    assert (found.external.manifest, found.external.state.pixels) == (None, found.pixels.digest)


def test_a_copy_of_an_own_image_refuses_the_set_unless_its_patient_is_named(home, tmp_path, caplog):
    away = hospital(tmp_path / "away", {"x.png": home.data[1], "y.png": 255 - home.data[0]})
    assert read([away], home, tmp_path) == []
    assert "1 of its patients has images that are in the grid's own data set" in caplog.text
    named = ExternalSet("away", "d", away.images, away.manifest, allow_shared=("x.png",))
    assert len(read([named], home, tmp_path)) == 1


def test_a_set_that_is_another_one_under_other_file_names_is_refused_in_one_line(home, tmp_path, caplog):
    pictures = [255 - home.data[row] for row in (0, 1)]
    first = hospital(tmp_path / "a", dict(zip(["x.png", "y.png"], pictures, strict=True)))
    second = hospital(tmp_path / "b", dict(zip(["u.png", "v.png"], pictures[::-1], strict=True)), "again")
    part = hospital(tmp_path / "c", {"x.png": pictures[0]}, "part")
    assert [one.external.name for one in read([first, second, part], home, tmp_path)] == ["away", "part"]
    (said,) = caplog.messages
    assert said.startswith("external 'again': it has the same images as 'away'")
