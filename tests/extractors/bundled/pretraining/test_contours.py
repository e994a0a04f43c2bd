"""Nested closed lines."""

import numpy as np

from extractors.bundled.pretraining import contours
from tests.extractors.bundled.pretraining.families import check_categories, check_pictures, check_seeds


def test_a_picture_is_one_grey_square_with_something_on_it():
    check_pictures(contours)


def test_seeds_decide_everything():
    check_seeds(contours)


def test_pictures_of_one_category_are_closer_than_those_of_others():
    check_categories(contours)


def test_a_single_ring_without_waves_is_a_closed_line_of_its_width():
    ring = contours.Contour(96, 1, 3, 0.5, 0.0, 1.0, np.empty((0, 2)), 0.0, 1.0, filled=False)
    picture = contours.draw(ring, np.random.default_rng(0))
    assert len(np.unique(picture)) == 2, "one grey on black"
    rows, columns = np.nonzero(picture)
    radii = np.hypot(rows - rows.mean(), columns - columns.mean())
    assert radii.min() > 0.8 * radii.max(), "a circle, empty inside"
