"""Values become grey from their minimum to their maximum."""

import numpy as np
import pytest

from extractors.bundled.pretraining.picture import stretched


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_range_becomes_the_range_of_grey(dtype):
    found = stretched(np.array([[-2.0, 0.0], [1.0, 2.0]], dtype))
    assert found.dtype == np.uint8
    assert found.tolist() == [[0, 127], [191, 255]]


def test_a_flat_picture_is_black():
    assert not stretched(np.full((3, 3), 7.0)).any()
