import numpy as np
import pytest

from benchmark.datasets.audit import neighbours
from benchmark.datasets.audit.key_points import LENGTH, LEVELS, PER_LEVEL, KeyPoints, mirrored
from benchmark.datasets.audit.neighbours import ALIKE, candidates

POINTS = len(LEVELS) * PER_LEVEL


def key_points(pictures: int) -> KeyPoints:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((pictures, POINTS, LENGTH)).astype(np.float32)
    vectors[..., 0] = 1 + np.abs(vectors[..., 0])  # as key points have it: not negative, seldom small
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return KeyPoints(vectors, np.zeros((pictures, POINTS, 4), np.float32))


@pytest.mark.parametrize("way", range(4))
@pytest.mark.parametrize("per_cell", [100, 10_000], ids=["many cells", "one cell"])
def test_a_mirrored_descriptor_of_another_picture_is_found_and_none_else(monkeypatch, way, per_cell):
    monkeypatch.setattr(neighbours, "_PER_CELL", per_cell)
    points = key_points(12)
    points.descriptors[2, 3, 0] = 0.01 if way % 2 else 0.3  # ways 1 and 3 change this sign
    points.descriptors[2, 3] /= np.linalg.norm(points.descriptors[2, 3])
    points.descriptors[5, POINTS - 1] = points.descriptors[2, 3] * mirrored()[way]
    matches = candidates(points)
    assert len(matches) == 1
    (row,) = zip(
        matches.first, matches.second, matches.first_point, matches.second_point, matches.way, strict=True
    )
    assert row == (2, 5, 3, POINTS - 1, way)
    assert matches.alike[0] > ALIKE


def test_descriptors_of_one_picture_do_not_match_each_other():
    points = key_points(3)
    points.descriptors[1, 1] = points.descriptors[1, 0]
    assert len(candidates(points)) == 0


def test_pictures_without_key_points_have_no_matches():
    points = key_points(3)
    points.descriptors[:] = 0
    matches = candidates(points)
    assert len(matches) == 0
    assert len(matches[np.empty(0, np.int64)]) == 0


def test_no_more_than_the_nearest_two_of_other_pictures_are_found_and_never_ones_own():
    points = key_points(6)
    same = points.descriptors[0, 0]
    points.descriptors[0, :8] = same
    for picture in (1, 2, 3):
        points.descriptors[picture, POINTS - 1] = same
    matches = candidates(points)
    assert set(matches.first.tolist()) == {0}
    assert set(matches.second.tolist()) <= {1, 2, 3}
    assert np.bincount(matches.first_point, minlength=8).tolist() == [2] * 8
