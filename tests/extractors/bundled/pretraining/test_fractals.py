"""Fractals of iterated function systems."""

import numpy as np
import pytest

from extractors.bundled.pretraining import fractals
from tests.extractors.bundled.pretraining.families import check_categories, check_pictures, check_seeds


def test_a_picture_is_one_grey_square_with_something_on_it():
    check_pictures(fractals)


def test_seeds_decide_everything():
    check_seeds(fractals)


def test_pictures_of_one_category_are_closer_than_those_of_others():
    check_categories(fractals)


def test_a_fractal_never_leaves_the_plane_that_its_contractions_allow():
    for seed in range(50):
        system = fractals.category(np.random.default_rng(seed))
        assert np.linalg.svd(system.matrices, compute_uv=False).max() < 0.95
        assert system.probabilities.sum() == pytest.approx(1)
