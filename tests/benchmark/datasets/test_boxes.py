"""The known boxes of a data set: those of the phantom, and files that are no such table."""

import csv
import shutil

import pytest

from benchmark.datasets.boxes import BOXES, read_boxes
from benchmark.datasets.manifest import Manifest
from benchmark.datasets.mura import read_mura
from benchmark.errors import UserError


@pytest.fixture
def manifest(phantom):
    return read_mura(phantom)


def written(manifest, folder, text):
    (folder / BOXES).write_text(text)
    return Manifest(folder, manifest.images, "")


def test_every_abnormal_image_of_the_phantom_has_its_box(manifest):
    boxes = read_boxes(manifest).by_image
    abnormal = manifest.images[manifest.images["label"] == 1]
    assert set(boxes) == set(abnormal["image"])
    with (manifest.root / BOXES).open() as stream:
        first = next(csv.DictReader(stream))
    assert boxes[first["image"]] == tuple(int(first[name]) for name in ("x0", "y0", "x1", "y1"))


def test_a_data_set_without_the_file_has_no_boxes(manifest, tmp_path):
    assert read_boxes(Manifest(tmp_path, manifest.images, "")).by_image == {}


def test_other_boxes_have_another_digest(manifest, tmp_path):
    shutil.copy(manifest.root / BOXES, tmp_path)
    same = read_boxes(Manifest(tmp_path, manifest.images, ""))
    other = read_boxes(written(manifest, tmp_path, "image,x0,y0,x1,y1\na.png,0,0,1,1\n"))
    assert read_boxes(manifest).digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image,x0,y0,x1\na,1,2,3\n", "has no column y1"),
        ("image,x0,y0,x1,y1\na,1,2,3,4\nb,1,2,1,4\n", ":3: this box has no area"),
        ("image,x0,y0,x1,y1\na,1,2,3,4\na,1,2,3,4\n", ":3: this image has two boxes"),
        ("image,x0,y0,x1,y1\na,1,2,three,4\n", ":2: a value is missing or no number"),
        ("image,x0,y0,x1,y1\na,-1,2,3,4\n", ":2: this box has no area"),
        ("", "cannot be read as a table"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(manifest, tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        read_boxes(written(manifest, tmp_path, text))
