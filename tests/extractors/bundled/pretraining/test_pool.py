"""The pool of drawn pictures that a training takes its batches from."""

import numpy as np

from extractors.bundled.pretraining.pool import FRESH, Pool, drawn


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
