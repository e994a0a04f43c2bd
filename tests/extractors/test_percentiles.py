import numpy as np
import pytest

from extractors.image_header import ImageFileError
from extractors.percentiles import between, counted, strips, windowed

SIZE = (40, 30)  # width, height
RNG = np.random.default_rng(0)


def rows_of(values):
    return lambda start, end: values[start:end]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float32])
def test_distinct_values_are_counted_in_every_type(dtype):
    values = RNG.integers(0, 9, SIZE[::-1]).astype(dtype)
    found, counts = counted(rows_of(values), SIZE)
    expected = np.unique(values, return_counts=True)
    assert np.array_equal(found, expected[0])
    assert np.array_equal(counts, expected[1])


def test_percentiles_are_of_the_counts_and_fall_back_to_the_ends():
    values = np.array([0, 5, 9])
    assert between(values, np.array([1, 98, 1]), (1.0, 99.0)) == (0, 5)
    assert between(values, np.array([0, 1, 0]), (1.0, 99.0)) == (0, 9)
    assert between(values, np.array([1, 1000, 1]), (5.0, 95.0)) == (0, 9)


def test_a_window_paints_its_ends_black_and_white():
    values = np.arange(1200, dtype=np.uint16).reshape(30, 40)
    painted = np.asarray(windowed(rows_of(values), SIZE, (10.0, 90.0))).astype(int)
    assert (painted.ravel()[:119].max(), painted.ravel()[1080:].min()) == (0, 255)
    inverted = np.asarray(windowed(rows_of(values), SIZE, (10.0, 90.0), inverted=True))
    assert np.array_equal(inverted, 255 - painted)


def test_values_that_are_no_numbers_are_black_and_none_at_all_an_error():
    values = np.linspace(0, 1, 1200, dtype=np.float32).reshape(30, 40)
    values[0, 0] = np.nan
    for inverted in (False, True):
        assert np.asarray(windowed(rows_of(values), SIZE, (1.0, 99.0), inverted=inverted))[0, 0] == 0
    with pytest.raises(ImageFileError, match="no finite number"):
        windowed(rows_of(np.full((30, 40), np.nan)), SIZE, (1.0, 99.0))


def test_strips_cover_all_rows_once():
    for size in ((1, 5), (2**21, 3), (1000, 2500)):
        covered = [row for strip in strips(size) for row in range(strip.start, strip.stop)]
        assert covered == list(range(size[1]))
