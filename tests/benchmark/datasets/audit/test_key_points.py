import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from benchmark.datasets.audit.key_points import (
    LENGTH,
    LEVELS,
    PER_LEVEL,
    KeyPoints,
    find_key_points,
    mirrored,
)
from tests.benchmark.datasets.audit.audited import radiographs, scanned

TURNED = {
    "180°": lambda image: image.transpose(Image.Transpose.ROTATE_180),
    "90°": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "mirrored": ImageOps.mirror,
    "inverted": ImageOps.invert,
}


@pytest.mark.parametrize("change", TURNED)
def test_most_key_points_have_the_same_descriptor_after_turning_mirroring_and_inverting(change):
    image = radiographs(1)[0]
    one, other = scanned([image, TURNED[change](image)]).key_points.descriptors[:, :PER_LEVEL]
    alike = np.max([(one * signs) @ other.T for signs in mirrored()], axis=0).max(1)
    assert (alike > 0.97).mean() > 0.8


def test_the_first_coefficient_is_not_negative_so_that_two_ways_say_nearly_all():
    image = radiographs(1)[0]
    changed = scanned([image, image.transpose(Image.Transpose.ROTATE_180), ImageOps.mirror(image)]).key_points
    assert (changed.descriptors[..., 0] >= 0).all()
    one, turned, other = changed.descriptors[:, :PER_LEVEL]
    as_it_is, mirrored_in_y = mirrored()[0], mirrored()[2]
    assert (((one * as_it_is) @ turned.T).max(1) > 0.97).mean() > 0.8
    assert (((one * mirrored_in_y) @ other.T).max(1) > 0.97).mean() > 0.8


def test_no_key_point_is_near_the_shorter_sides_edges():
    wide = radiographs(1)[0].resize((300, 150))
    points = scanned([wide]).key_points
    placed = points.places[0][np.abs(points.descriptors[0]).sum(1) > 0]
    assert 0.2 < np.abs(placed[:, 1]).max() < 0.5 - 2 * 9 / 96


def test_descriptors_have_norm_one_or_are_none():
    blank = Image.new("L", (60, 60), 9)
    points = scanned([radiographs(1)[0], blank]).key_points
    assert points.descriptors.shape == (2, len(LEVELS) * PER_LEVEL, LENGTH)
    norms = np.linalg.norm(points.descriptors, axis=2)
    assert np.isclose(norms[0], 1, atol=1e-3).mean() > 0.9
    assert set(norms[0].round(3)) <= {0, 1}
    assert not norms[1].any()
    assert np.abs(points.places[0, :, :2]).max() < 1


def test_the_callers_threads_are_left_as_they_were():
    before = torch.get_num_threads()
    find_key_points(np.zeros((1, 144, 144), np.uint8), np.array([[144, 144]], np.int16))
    assert torch.get_num_threads() == before


def test_parts_are_joined_in_order():
    one = scanned([radiographs(2)[0]]).key_points
    two = scanned([radiographs(2)[1]]).key_points
    both = KeyPoints.joined([one, two])
    assert np.array_equal(both.descriptors[1], two.descriptors[0])
