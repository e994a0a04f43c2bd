import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from benchmark.datasets.audit.copies import LIKENESS, copies
from benchmark.datasets.audit.scan import scan
from tests.benchmark.datasets.audit.audited import radiographs, scanned


def as_jpeg(image):
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=50)
    return Image.open(io.BytesIO(stream.getvalue()))


def cut(image):
    width, height = image.size
    return image.crop((width // 20, height // 12, width - width // 20, height - height // 60))


CHANGED = {
    "as it is": lambda image: image,
    "JPEG": as_jpeg,
    "half": lambda image: image.resize((image.width // 2, image.height // 2), Image.Resampling.BICUBIC),
    "cut": cut,
    "90": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "180": lambda image: image.transpose(Image.Transpose.ROTATE_180),
    "270": lambda image: image.transpose(Image.Transpose.ROTATE_270),
    "tilted": lambda image: image.rotate(5, Image.Resampling.BICUBIC),
    "mirrored": ImageOps.mirror,
    "darker": lambda image: image.point([round(255 * (0.7 * value / 255) ** 1.3) for value in range(256)]),
    "inverted": ImageOps.invert,
}
WORDS = {
    "90": "turned by 90°",
    "180": "turned by 180°",
    "270": "turned by 90°",
}
WORDS |= {"mirrored": "mirrored", "inverted": "inverted", "as it is": "", "half": "", "darker": ""}


@pytest.fixture(scope="module")
def found():
    """The copies in a set of 30 images, each of the first ones with one changed copy."""
    images = list(radiographs(30))
    changed = [change(image) for change, image in zip(CHANGED.values(), images, strict=False)]
    return copies(scanned(images + changed))


@pytest.mark.parametrize("kind", CHANGED)
def test_a_changed_copy_is_found_and_its_change_said(found, kind):
    number = list(CHANGED).index(kind)
    (copy,) = [copy for copy in found if copy.first == number]
    assert copy.second == 30 + number
    assert LIKENESS <= copy.likeness <= 1
    if kind in WORDS:
        assert copy.changes == WORDS[kind]
    if kind == "tilted":
        assert copy.changes.startswith(("turned by about 4°", "turned by about 5°"))


def test_hands_of_different_patients_are_no_copies(found):
    assert len(found) == len(CHANGED)


def test_the_most_alike_come_first(found):
    likeness = [copy.likeness for copy in found]
    assert likeness == sorted(likeness, reverse=True)


def test_every_one_of_several_equal_images_is_linked():
    image, *others = radiographs(4)
    pairs = {(copy.first, copy.second) for copy in copies(scanned([image, *others, image, image, image]))}
    assert {(0, 4), (4, 5), (5, 6)} <= pairs
    assert not {1, 2, 3} & {end for pair in pairs for end in pair}


@pytest.mark.parametrize("images", [[], [0], [0, 0], [0, 255, 7]], ids=len)
def test_images_of_one_grey_and_few_images_have_no_copies(images):
    blank = [Image.new("L", (50, 40), grey) for grey in images]
    assert copies(scanned(blank)) == [] if blank else True


PNEUMONIA = Path(__file__).parents[4] / "../shared/data/pneumoniamnist/images"


@pytest.mark.skipif(not PNEUMONIA.is_dir(), reason="the real radiographs are not here")
def test_only_equal_ones_of_real_chest_radiographs_are_copies():
    paths = [*sorted((PNEUMONIA / "train").glob("*.png"))[440:500], PNEUMONIA / "train/1100.png"]
    found = copies(scan(paths, jobs=1))
    pixels = [np.asarray(Image.open(path)).tobytes() for path in paths]
    assert [(pixels[copy.first] == pixels[copy.second]) for copy in found] == [True] * len(found)
    assert (58, 60) in {(copy.first, copy.second) for copy in found}  # 0498 and 1100
