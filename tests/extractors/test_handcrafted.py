"""Hand-crafted descriptors: known answers, agreement with scikit-image, and what no image may break."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.feature import graycomatrix, graycoprops, hog, local_binary_pattern

from extractors import handcrafted as h
from extractors.descriptors import Descriptor
from extractors.pixels import decode

DESCRIPTOR_NAMES = ("edges", "hog", "lbp", "glcm", "combined")
SIDE = 96


def noise(seed: int = 0, shape: tuple[int, ...] = (SIDE, SIDE)) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("name", DESCRIPTOR_NAMES)
def test_descriptor_is_a_float32_vector_whose_width_no_image_size_changes(name: str) -> None:
    vectors = [
        h.describe(noise(shape=shape)[np.newaxis], [name])[name][0] for shape in ((SIDE, SIDE), (SIDE, 60))
    ]
    assert vectors[0].dtype == np.float32
    assert vectors[0].ndim == 1
    assert vectors[0].shape == vectors[1].shape


@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_constant_image_gives_finite_numbers(value: int) -> None:
    vectors = h.describe(np.full((1, SIDE, SIDE), value, np.uint8), DESCRIPTOR_NAMES)
    assert all(np.isfinite(vector).all() for vector in vectors.values())


def test_padded_image_gives_finite_numbers_and_black_borders_do_not_move_its_contrast() -> None:
    inside = noise(shape=(SIDE, SIDE // 2)) // 4 + 60
    padded = np.pad(inside, ((0, 0), (SIDE // 4, SIDE // 4)))
    middle = h.rescale(padded)[:, SIDE // 4 : -SIDE // 4]
    np.testing.assert_array_equal(middle, h.rescale(inside))
    assert all(np.isfinite(v).all() for v in h.describe(padded[np.newaxis], DESCRIPTOR_NAMES).values())


def test_rescale_does_not_feel_exposure() -> None:
    image = noise() // 2 + 1
    np.testing.assert_allclose(h.rescale(image), h.rescale(image + 100), atol=1e-12)


def test_hog_is_that_of_scikit_image_where_no_resizing_is_needed() -> None:
    image = noise(shape=(h.HOG_SIDE, h.HOG_SIDE))
    shown = (h.rescale(image) * 255).round() / 255
    expected = hog(shown, orientations=9, pixels_per_cell=(16, 16), cells_per_block=(2, 2))
    np.testing.assert_allclose(h.histogram_of_gradients(h.rescale(image)), expected)


def test_lbp_starts_with_the_uniform_pattern_histogram_of_the_first_cell() -> None:
    image = h.rescale(noise())
    points, radius = h.LBP_RINGS[0]
    codes = local_binary_pattern((image * 255).round().astype(np.uint8), points, radius, method="uniform")
    cell = codes[: SIDE // h.LBP_CELLS, : SIDE // h.LBP_CELLS]
    expected = np.histogram(cell, bins=np.arange(points + 3), density=True)[0]
    np.testing.assert_allclose(h.local_binary_patterns(image)[: points + 2], expected)


@pytest.mark.parametrize("place", range(len(h.GLCM_PROPERTIES)))
def test_glcm_property_is_the_mean_over_angles_of_scikit_image(place: int) -> None:
    image = h.rescale(noise())
    levels = np.minimum((image * h.GREY_LEVELS).astype(np.uint8), h.GREY_LEVELS - 1)
    matrix = graycomatrix(levels, h.GLCM_DISTANCES, h.GLCM_ANGLES, h.GREY_LEVELS, symmetric=True, normed=True)
    expected = graycoprops(matrix, h.GLCM_PROPERTIES[place]).mean(axis=1)
    width = len(h.GLCM_DISTANCES)
    features = h.grey_cooccurrence(image)
    np.testing.assert_allclose(features[place * width : (place + 1) * width], expected)


def test_describe_gives_the_same_bits_in_two_processes_and_keeps_the_order() -> None:
    images = noise(shape=(70, 48, 48))  # three chunks
    alone, shared = (h.describe(images, ["edges", "glcm"], jobs=jobs) for jobs in (1, 2))
    for name in ("edges", "glcm"):
        np.testing.assert_array_equal(alone[name], shared[name])
        np.testing.assert_array_equal(alone[name][-1:], h.describe(images[-1:], [name])[name])


def test_combined_is_the_parts_side_by_side_in_the_order_of_the_names() -> None:
    images = noise(shape=(2, SIDE, SIDE))
    vectors = h.describe(images, DESCRIPTOR_NAMES[::-1])
    assert list(vectors) == list(DESCRIPTOR_NAMES[::-1])
    parts = [vectors[name] for name in DESCRIPTOR_NAMES if name != "combined"]
    np.testing.assert_array_equal(vectors["combined"], np.hstack(parts))
    np.testing.assert_array_equal(vectors["combined"], h.describe(images, ["combined"])["combined"])


def test_each_descriptor_counts_its_own_seconds_and_combined_those_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]

    def taking(seconds: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        def function(image: NDArray[np.float64]) -> NDArray[np.float64]:
            clock[0] += seconds
            return np.zeros(1)

        return function

    registry = {
        "edges": Descriptor("edges", 1, "", taking(1.0)),
        "glcm": Descriptor("glcm", 1, "", taking(20.0)),
        "combined": Descriptor("combined", 1, "", parts=("edges", "glcm")),
    }
    monkeypatch.setattr(h, "descriptors", lambda: registry)
    monkeypatch.setattr(h, "perf_counter", lambda: clock[0])
    _, seconds = h.describe_timed(noise(shape=(3, SIDE, SIDE)), ["edges", "glcm", "combined"])
    assert seconds == pytest.approx({"edges": 3.0, "glcm": 60.0, "combined": 63.0})


def test_real_radiographs_give_finite_vectors_that_differ(pneumonia: Path) -> None:
    files = sorted((pneumonia / "images" / "train").glob("*.png"))[:4]
    images = np.stack([decode(file, 224, "pad") for file in files])
    for vectors in h.describe(images, DESCRIPTOR_NAMES).values():
        assert np.isfinite(vectors).all()
        assert len(np.unique(vectors, axis=0)) == len(files)
