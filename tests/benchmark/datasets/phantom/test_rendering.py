"""The phantom's pixels: parts differ, noise follows the difficulty, sizes vary as MURA's."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.phantom.anatomy import BODY_PARTS, VIEWS
from benchmark.datasets.phantom.rendering import render


def _view(
    part: str, view: str, number: int, difficulty: float = 0.3, long_side: int = 64
) -> NDArray[np.uint8]:
    pixels, box = render(
        part,
        view,
        anatomy=np.random.default_rng([number, 1]),
        random=np.random.default_rng([number, 2]),
        difficulty=difficulty,
        long_side=long_side,
    )
    assert box is None
    return pixels


def _thumbnail(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    small = np.asarray(Image.fromarray(pixels).resize((12, 12), Image.Resampling.BOX), float)
    small = (small + small[:, ::-1]) / 2  # left and right hands alike
    return (small - small.mean()) / (small.std() + 1e-9)


def _right(groups: list[list[NDArray[np.float64]]]) -> float:
    """Share of the second half of each group that is nearest to the mean of its own first half."""
    half = len(groups[0]) // 2
    means = np.stack([np.mean(group[:half], axis=0) for group in groups])
    nearest = [
        [int(((means - image) ** 2).sum(axis=(1, 2)).argmin()) == own for image in group[half:]]
        for own, group in enumerate(groups)
    ]
    return float(np.mean(nearest))


def test_body_parts_look_different():
    groups = [[_thumbnail(_view(part, "ap", n)) for n in range(40)] for part in BODY_PARTS]
    assert _right(groups) > 3 / len(BODY_PARTS)


@pytest.mark.parametrize("part", ["elbow", "hand", "shoulder"])
def test_views_of_a_part_look_different(part):
    groups = [[_thumbnail(_view(part, view, n)) for n in range(60)] for view in ("ap", "lateral")]
    assert _right(groups) > 0.7


@pytest.mark.parametrize("part", BODY_PARTS)
@pytest.mark.parametrize("view", VIEWS)
def test_every_part_and_view_is_a_grey_image_that_uses_the_film(part, view):
    for number in range(5):
        pixels = _view(part, view, number)
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 2
        assert np.percentile(pixels, 99) - np.percentile(pixels, 1) > 60


def test_the_longer_side_is_as_asked_and_the_other_varies_as_in_mura():
    shapes = np.array([_view("finger", "ap", n, long_side=96).shape for n in range(60)])
    assert (shapes.max(axis=1) == 96).all()
    assert shapes.min() >= 0.62 * 96
    assert len(set(shapes.min(axis=1))) > 10
    assert 0.5 < np.mean(shapes[:, 0] > shapes[:, 1]) < 1  # mostly portrait


def test_the_same_generators_draw_the_same_pixels():
    np.testing.assert_array_equal(_view("hand", "ap", 7), _view("hand", "ap", 7))
    assert not np.array_equal(_view("hand", "ap", 7), _view("hand", "ap", 8))


def test_noise_grows_with_the_difficulty():
    def noise(difficulty: float) -> float:
        images = [_view("humerus", "ap", n, difficulty, 128).astype(float) for n in range(10)]
        return float(np.mean([np.abs(np.diff(image, n=2)).mean() for image in images]))

    assert noise(0.0) < 0.7 * noise(0.5) < 0.7 * 0.9 * noise(1.0)


def test_exposure_and_contrast_vary():
    means = [_view("wrist", "lateral", n).mean() for n in range(30)]
    assert np.std(means) > 8


def test_some_films_are_collimated_and_some_are_not():
    def has_flat_edge(pixels: NDArray[np.uint8]) -> bool:
        edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
        return any(edge.max() == edge.min() < 12 for edge in edges)

    share = np.mean([has_flat_edge(_view("elbow", "ap", n, 0.8, 160)) for n in range(60)])
    assert 0.2 < share < 0.8
