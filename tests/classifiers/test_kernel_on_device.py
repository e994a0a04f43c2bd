"""The kernel by torch, with the CPU as its device, against that of scikit-learn."""

import numpy as np
from sklearn.metrics.pairwise import rbf_kernel

from classifiers import kernel_on_device
from classifiers.kernel_on_device import KernelOnDevice


def test_the_tiles_make_the_kernel_of_scikit_learn(monkeypatch):
    monkeypatch.setattr(kernel_on_device, "_ROWS", 7)
    rows = np.random.default_rng(0).standard_normal((30, 12)).astype(np.float32)
    kernel = KernelOnDevice(rows, "cpu")
    for gamma in (0.01, 0.3):
        found = kernel(gamma)
        assert found.dtype == np.float32
        assert np.allclose(found, rbf_kernel(rows, gamma=gamma), atol=1e-5)


def test_no_value_is_above_one():
    rows = 1000 * np.random.default_rng(0).standard_normal((20, 12)).astype(np.float32)
    assert KernelOnDevice(rows, "cpu")(1.0).max() <= 1
