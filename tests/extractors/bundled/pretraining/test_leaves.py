"""Dead leaves."""

from dataclasses import replace

import numpy as np

from extractors.bundled.pretraining import leaves
from tests.extractors.bundled.pretraining.families import check_categories, check_pictures, check_seeds


def test_a_picture_is_one_grey_square_with_something_on_it():
    check_pictures(leaves)


def test_seeds_decide_everything():
    check_seeds(leaves)


def test_pictures_of_one_category_are_closer_than_those_of_others():
    check_categories(leaves)


def test_radii_follow_the_power_law_between_their_limits():
    litter = replace(leaves.category(np.random.default_rng(0)), smallest=2.0, largest=16.0, count=20_000)
    for exponent in (1.0, 3.0):
        radii = leaves._radii(replace(litter, exponent=exponent), np.random.default_rng(1))
        assert radii.min() >= 2
        assert radii.max() <= 16
        below = np.mean(radii < 4)
        expected = np.log(2) / np.log(8) if exponent == 1 else (2**-2 - 4**-2) / (2**-2 - 16**-2)
        assert abs(below - expected) < 0.02


def test_without_stripes_a_picture_has_a_tone_per_leaf():
    litter = replace(leaves.category(np.random.default_rng(0)), count=9, contrast=0.0)
    assert len(np.unique(leaves.draw(litter, np.random.default_rng(1)))) <= 9 + 1, "and the ground's"
