import io

import numpy as np
import pytest
from PIL import Image

from benchmark.prediction.arrays import image_bytes

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)


@pytest.mark.parametrize("values", [GREY, GREY.astype(np.int64), GREY.tolist(), np.dstack([GREY] * 3)])
def test_an_array_becomes_a_file_with_its_values(values):
    found = np.asarray(Image.open(io.BytesIO(image_bytes(values))))
    assert np.array_equal(found, np.asarray(values))


def test_deep_values_stay_deep():
    deep = GREY.astype(np.uint16) * 5000
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(image_bytes(deep)))), deep)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("no base 64!", "must be Base64"),
        (3.5, "not float"),
        (np.zeros((2, 2)), "whole numbers, not float64"),
        (np.zeros((2, 2, 2), np.uint8), r"not uint8 \(2, 2, 2\)"),
        (np.zeros((0, 2), np.uint8), "whole numbers"),
        (np.full((2, 2), -1), "found -1 to -1"),
        (np.full((2, 2), 70_000), "found 70000"),
        (np.full((2, 2, 3), 300), "found 300"),
    ],
)
def test_anything_else_is_refused_with_what_it_is(value, said):
    with pytest.raises(ValueError, match=said):
        image_bytes(value)
