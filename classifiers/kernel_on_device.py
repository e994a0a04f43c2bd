"""The Gaussian kernel of rows with each other, by torch on a device."""

import numpy as np
import torch

from classifiers.train_and_test import Matrix

_ROWS = 4_096  # of the kernel that are on the device at once; chosen by hand


class KernelOnDevice:
    """exp(-gamma |a - b|²) of all pairs of rows (n, d) float32, which stay on the device."""

    def __init__(self, rows: Matrix, device: str) -> None:
        self._rows = torch.from_numpy(rows).to(device)
        self._squares = (self._rows**2).sum(dim=1)

    def __call__(self, gamma: float) -> Matrix:
        """The kernel (n, n) float32 in the memory of the host, which got it some rows at a time."""
        count = len(self._rows)
        kernel = np.empty((count, count), np.float32)
        for start in range(0, count, _ROWS):
            part = slice(start, start + _ROWS)
            products = self._rows[part] @ self._rows.T
            distances = self._squares[part, None] + self._squares - 2 * products
            kernel[part] = torch.exp(-gamma * distances.clamp(min=0)).cpu().numpy()
        return kernel
