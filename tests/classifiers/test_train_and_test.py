import numpy as np
import pytest

from classifiers.train_and_test import TrainTest


def made(test=2):
    x = np.random.default_rng(0).normal(5, 3, (40, 3)).astype(np.float32)
    return TrainTest(x, np.tile([0, 1], 20), np.arange(40), x[:test], seed=1, threads=2)


def test_rows_are_standardised_by_the_training_rows():
    data = made()
    assert np.allclose(data.x.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(data.x.std(axis=0), 1, atol=1e-6)
    assert np.array_equal(data.x_test, data.x[:2])
    assert data.standardised(data.train[:0]).shape == made(test=0).x_test.shape == (0, 3)


def test_the_first_rows_keep_all_else():
    first = made().first(10)
    assert len(first.train) == len(first.labels) == len(first.groups) == 10
    assert (len(first.test), first.seed, first.threads) == (2, 1, 2)


def test_values_that_are_not_finite_are_counted():
    data = made()
    data.test[0, :2] = np.inf
    with pytest.raises(ValueError, match="2 values of the embedding are not finite"):
        _ = data.x_test
