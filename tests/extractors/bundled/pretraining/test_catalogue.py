import numpy as np

from extractors.bundled.pretraining.catalogue import CATEGORIES, categories, picture
from extractors.bundled.pretraining.pool import FRESH, Pool, drawn


def test_there_are_five_hundred_different_categories():
    assert CATEGORIES == len(categories()) == 500
    assert len({repr(category.parameters) for category in categories()}) == 500


def test_a_picture_of_any_category_is_decided_by_its_seed():
    for category in (0, 179, 180, 320, 499):
        one, two = (picture(category, np.random.default_rng(7)) for _ in range(2))
        assert np.array_equal(one, two)


def test_drawn_pictures_carry_the_category_that_drew_them():
    pictures, labels = drawn(3, [1, 0])
    again, same = drawn(3, [1, 0])
    assert np.array_equal(pictures, again)
    assert np.array_equal(labels, same)
    assert pictures.shape == (3, 128, 128)
    assert not np.array_equal(labels, drawn(3, [1, 1])[1])


def test_a_pool_gives_the_same_batches_again_and_renews_itself():
    pools = [Pool(0, 40), Pool(0, 40)]
    batches = [[pool.batch(20, step) for step in range(8)] for pool in pools]
    seen = [{row.tobytes() for pictures, _ in taken for row in pictures.numpy()} for taken in batches]
    for pool in pools:
        pool.close()
    assert seen[0] == seen[1]
    assert 40 < len(seen[0]) <= 40 + 8 * FRESH
