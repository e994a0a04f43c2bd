from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmark.datasets.at_path import Labels, read_at
from benchmark.datasets.explore import explore
from benchmark.datasets.manifest import Manifest
from benchmark.errors import UserError
from tests.benchmark.datasets.task_tables import GRADES, write_tables

COLUMNS = ["image", "patient", "study", "body_part", "label", "split"]


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    """Three studies of two patients; the second patient's two views differ in size."""
    rows = [
        ("0.png", "p", "p/1", "hand", 0, "train"),
        ("1.png", "p", "p/2", "elbow", 1, "train"),
        ("2.png", "q", "q/1", "hand", 1, "test"),
        ("3.png", "q", "q/1", "hand", 1, "test"),
    ]
    for (image, *_), width in zip(rows, (20, 20, 20, 30), strict=True):
        Image.fromarray(np.zeros((40, width), np.uint8)).save(tmp_path / image)
    return Manifest(tmp_path, pd.DataFrame(rows, columns=COLUMNS), "test")


def table(folder: Path, name: str) -> list[tuple[object, ...]]:
    return list(pd.read_csv(folder / f"{name}.csv", keep_default_na=False).itertuples(index=False, name=None))


def test_every_table_has_a_chart_that_is_an_image(manifest: Manifest, tmp_path: Path) -> None:
    written = explore(manifest, tmp_path / "new/out")
    assert {path.stem for path in written if path.suffix == ".csv"} == {
        "counts",
        "views_per_study",
        "image_sizes",
        "image_kinds",
    }
    for path in written:
        if path.suffix == ".png":
            with Image.open(path) as image:
                assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)
                assert np.asarray(image.convert("L")).std() > 5  # not blank
    assert sorted(written) == sorted((tmp_path / "new/out").iterdir())


def test_counts_are_per_part_split_and_class(manifest: Manifest, tmp_path: Path) -> None:
    explore(manifest, tmp_path / "out")
    assert table(tmp_path / "out", "counts") == [
        ("elbow", "train", 1, 1, 1, 1),
        ("hand", "test", 1, 1, 1, 2),  # patients, studies, images
        ("hand", "train", 0, 1, 1, 1),
    ]


def test_views_are_counted_per_study(manifest: Manifest, tmp_path: Path) -> None:
    explore(manifest, tmp_path / "out")
    assert table(tmp_path / "out", "views_per_study") == [("elbow", 1, 1), ("hand", 1, 1), ("hand", 2, 1)]


def test_sizes_are_width_by_height(manifest: Manifest, tmp_path: Path) -> None:
    explore(manifest, tmp_path / "out")
    assert table(tmp_path / "out", "image_sizes") == [(20, 40, "L", 3), (30, 40, "L", 1)]


def test_kinds_of_images_are_told_per_split_and_label(manifest: Manifest, tmp_path: Path) -> None:
    explore(manifest, tmp_path / "out")
    found = table(tmp_path / "out", "image_kinds")
    assert [(*row[:6], row[-1]) for row in found] == [
        ("test", 1, "PNG", "L", 8, 2, 2),  # the last two: images, and how many of them are constant
        ("train", 0, "PNG", "L", 8, 1, 1),
        ("train", 1, "PNG", "L", 8, 1, 1),
    ]


def test_one_class_of_one_part_can_be_drawn(manifest: Manifest, tmp_path: Path) -> None:
    alone = Manifest(manifest.root, manifest.images.iloc[:1].assign(split=""), "")
    assert len(explore(alone, tmp_path / "out")) == 8


def test_a_file_that_is_no_image_is_named(manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "2.png").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"2.png: not an image; 'benchmark data verify' lists all such"):
        explore(manifest, tmp_path / "out")


def test_views_and_sides_are_counted_where_the_data_set_knows_them(
    manifest: Manifest, tmp_path: Path
) -> None:
    described = manifest.images.assign(view=["PA", "PA", "LL", ""], laterality="", manufacturer="Acme")
    explore(replace(manifest, images=described), tmp_path / "out")
    assert table(tmp_path / "out", "acquisition") == [
        ("view", "", 1, 1, 1),
        ("view", "LL", 1, 1, 1),
        ("view", "PA", 0, 1, 1),
        ("view", "PA", 1, 1, 1),
        ("manufacturer", "Acme", 0, 1, 1),
        ("manufacturer", "Acme", 1, 3, 2),
    ]
    assert (tmp_path / "out/acquisition.png").stat().st_size > 5000


@pytest.mark.parametrize(
    ("name", "labels", "names"),
    [
        ("classes", Labels("ordinal", GRADES), set(GRADES)),
        ("findings", Labels(), {"(none)", "mass", "effusion"}),
    ],
)
def test_classes_grades_and_findings_are_told_by_their_names(tmp_path, name, labels, names):
    manifest, _ = read_at(write_tables(tmp_path / "t") / f"{name}.csv", tmp_path, 1, labels)
    sexes = ["f", "m"] * (len(manifest.images) // 2)
    explore(replace(manifest, images=manifest.images.assign(sex=sexes)), tmp_path / "out")
    assert {row[2] for row in table(tmp_path / "out", "counts")} == names
    assert {row[1] for row in table(tmp_path / "out", "image_kinds")} == names
    assert {row[:3] for row in table(tmp_path / "out", "acquisition")} == {
        ("sex", sex, label) for sex in "fm" for label in names
    }
    with Image.open(tmp_path / "out/counts.png") as image:
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 3
