"""Problems with a known signal, which every classifier can solve."""

import numpy as np

from classifiers.catalogue import CLASSIFIERS
from classifiers.train_and_test import TrainTest

HERE = [name for name, entry in CLASSIFIERS.items() if not entry.why_absent()]  # TabICL has tests of its own


def make(n, d, seed=0, threads=1, noise=1.0):
    """n training and 400 test rows of d features, two rows a patient; and the labels of the test rows."""
    random = np.random.default_rng(seed)
    factors = random.standard_normal((n + 400, 8))
    x = (factors @ random.standard_normal((8, d)) + random.standard_normal((n + 400, d))).astype(np.float32)
    y = (factors[:, 0] + factors[:, 1] + noise * random.standard_normal(n + 400) > 0).astype(np.int64)
    groups = np.array([f"p{row // 2}" for row in range(n)], dtype=object)
    return TrainTest(3 + 5 * x[:n], y[:n], groups, 3 + 5 * x[n:], seed, threads), y[n:]
