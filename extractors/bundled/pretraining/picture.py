"""The type of a drawn picture (128 × 128 uint8), and the conversion of values to grey."""

import numpy as np
from numpy.typing import NDArray

SIDE = 128  # pixels
TURN = 2 * np.pi
Picture = NDArray[np.uint8]


def stretched(values: NDArray[np.floating]) -> Picture:
    """Stretch values of any range to uint8, minimum to 0 and maximum to 255; constant values become 0."""
    low, high = values.min(), values.max()
    scale = 255 / (high - low) if high > low else 0.0
    return np.asarray((values - low) * scale, np.uint8)
