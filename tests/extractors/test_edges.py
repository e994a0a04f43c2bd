"""Edge features: known answers on bars and blobs, and agreement with scikit-image."""

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.feature import canny
from skimage.filters import sobel

from extractors import edges as e
from extractors.handcrafted import rescale

SIDE = 96
STATISTICS = 7  # mean, standard deviation and five quantiles before each filter's histograms


def bar(axis: int) -> NDArray[np.float64]:
    """A bright bar across the whole picture: upright for axis 1, level for axis 0."""
    image = np.zeros((SIDE, SIDE))
    image.swapaxes(0, axis)[SIDE // 2 : SIDE // 2 + 6] = 1.0
    return image


def sobel_histogram(image: NDArray[np.float64]) -> NDArray[np.float64]:
    cells = e.gradient_features(image)[STATISTICS : STATISTICS + e.CELLS**2 * e.ORIENTATIONS]
    summed: NDArray[np.float64] = cells.reshape(e.CELLS**2, e.ORIENTATIONS).sum(axis=0)
    return summed


def test_canny_density_is_zero_on_a_constant_image_and_grows_with_bars() -> None:
    densities = len(e.CANNY_SIGMAS) * e.CELLS**2
    assert not e.edges(np.full((SIDE, SIDE), 0.5))[:densities].any()
    one, two = bar(1), np.maximum(bar(1), np.roll(bar(1), 20, axis=1))
    assert 0 < e.edges(one)[:densities].sum() < e.edges(two)[:densities].sum()


def test_canny_density_is_that_of_the_cell() -> None:
    image = np.zeros((SIDE, SIDE))
    image[8:16, 8:16] = 1.0
    density = e.cell_means(canny(image, sigma=1.0).astype(float))
    assert density[0, 0] == pytest.approx(canny(image, sigma=1.0)[: SIDE // 4, : SIDE // 4].mean())
    assert np.count_nonzero(density) == 1


def test_gradient_statistics_are_those_of_scikit_image_sobel() -> None:
    image = rescale(np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), dtype=np.uint8))
    magnitude = sobel(image) * np.sqrt(2)  # scikit-image divides by the square root of two
    features = e.gradient_features(image)
    np.testing.assert_allclose(features[:2], [magnitude.mean(), magnitude.std()])
    np.testing.assert_allclose(features[4], np.quantile(magnitude, 0.9))


@pytest.mark.parametrize(("axis", "expected"), [(1, 0), (0, e.ORIENTATIONS // 2)])
def test_gradient_across_a_bar_falls_in_its_direction_bin(axis: int, expected: int) -> None:
    histogram = sobel_histogram(bar(axis))
    assert histogram.argmax() == expected
    assert histogram[expected] == pytest.approx(histogram.sum())


@pytest.mark.parametrize(("axis", "expected"), [(1, e.ORIENTATIONS // 2), (0, 0)])
def test_hough_segments_along_a_bar_fall_in_its_direction_bin(axis: int, expected: int) -> None:
    features = e.line_features(canny(bar(axis), sigma=2.0))
    directions, count = features[-e.ORIENTATIONS :], features[-e.ORIENTATIONS - 4]
    assert count > 0
    assert directions[expected] == pytest.approx(directions.sum())


def test_no_contour_gives_no_lines_and_a_bar_gives_one_almost_as_long_as_itself() -> None:
    assert not e.line_features(np.zeros((SIDE, SIDE), bool)).any()
    strongest = e.line_features(canny(bar(1), sigma=2.0))[e.ORIENTATIONS]
    assert 0.9 / np.sqrt(2) < strongest <= 1 / np.sqrt(2)


def test_a_coarse_blob_answers_most_at_the_coarse_scale() -> None:
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    spread = 5 * np.arange(len(e.LOG_SIGMAS))  # the mean size of each scale
    coarse, fine = (e.blob_features(np.exp(-(x**2 + y**2) / (2 * s**2)))[spread] for s in (8.0, 1.0))
    assert coarse.argmax() == len(e.LOG_SIGMAS) - 1
    assert fine[0] / fine[-1] > coarse[0] / coarse[-1]


@pytest.mark.parametrize("shape", [(SIDE, SIDE), (40, 75)])
def test_the_parts_stand_side_by_side_whatever_the_size(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).random(shape)
    features = e.edges(image)
    assert features.shape == (48 + 165 + 20 + 25,)
    np.testing.assert_array_equal(features[48 : 48 + 165], e.gradient_features(image))
    np.testing.assert_array_equal(features[48 + 165 : -25], e.blob_features(image))


def test_a_change_in_one_cell_moves_the_features_of_that_cell_alone() -> None:
    image, changed = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
    changed[32:40, 56:64] = 1.0  # in the middle of the cell of row 1 and column 2
    moved = e.edges(image) != e.edges(changed)
    cells = e.edge_cells()
    assert cells.shape == moved.shape
    assert set(cells[moved]) == {-1, e.CELLS + 2}
    assert np.bincount(cells + 1).tolist() == [82, *[len(e.CANNY_SIGMAS) + e.ORIENTATIONS] * e.CELLS**2]
