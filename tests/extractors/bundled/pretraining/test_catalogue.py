import numpy as np

from extractors.bundled.pretraining.catalogue import CATEGORIES, categories, picture


def test_there_are_five_hundred_different_categories():
    assert CATEGORIES == len(categories()) == 500
    assert len({repr(category.parameters) for category in categories()}) == 500


def test_a_picture_of_any_category_is_decided_by_its_seed():
    for category in (0, 179, 180, 320, 499):
        one, two = (picture(category, np.random.default_rng(7)) for _ in range(2))
        assert np.array_equal(one, two)
