import numpy as np
import pytest
from PIL import Image, ImageOps

from benchmark.datasets.audit.pictures import SHRUNK, SIDE, Pictures
from tests.benchmark.datasets.audit.audited import radiographs


@pytest.mark.parametrize("size", [(512, 400), (400, 512), (28, 28), (3000, 10), (1, 1)])
def test_an_image_lies_in_the_middle_of_its_square(size):
    pictures = Pictures.blank(2)
    pictures.put(1, Image.new("L", size, 200))
    height, width = pictures.extents[1]
    assert max(height, width) == SIDE
    rows, columns = np.nonzero(pictures.grey[1])
    assert (rows.max() - rows.min() + 1, columns.max() - columns.min() + 1) == (height, width)
    assert rows.min() == (SIDE - height) // 2
    assert not pictures.grey[0].any()


def test_ranks_do_not_depend_on_brightness_and_turn_round_when_inverted():
    image = radiographs(1)[0]
    pictures = Pictures.blank(3)
    plain = pictures.put(0, image)
    darker = pictures.put(1, image.point([value // 2 + 20 for value in range(256)]))
    inverted = pictures.put(2, ImageOps.invert(image))
    inside = plain > 0
    assert np.abs(plain[inside].astype(int) - darker[inside]).mean() < 8
    assert np.abs(plain[inside].astype(int) - (255 - inverted[inside].astype(int))).mean() < 2


def test_small_pictures_are_the_means_of_blocks():
    pictures = Pictures.blank(1)
    pictures.put(0, radiographs(1)[0])
    block = pictures.grey[0, 60 : 60 + SHRUNK, 30 : 30 + SHRUNK]
    assert pictures.small[0, 20, 10] == round(block.mean())


def test_parts_are_joined_in_order():
    one, two = Pictures.blank(1), Pictures.blank(2)
    two.put(1, radiographs(1)[0])
    joined = Pictures.joined([one, two])
    assert len(joined) == 3
    assert joined.extents[:, 0].astype(bool).tolist() == [False, False, True]
