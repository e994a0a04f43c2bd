"""What a drawn picture is: 128 grey pixels a side, and how values become grey."""

import numpy as np
from numpy.typing import NDArray

SIDE = 128
Picture = NDArray[np.uint8]


def stretched(values: NDArray[np.floating]) -> Picture:
    """Values of any range as uint8, from their minimum (0) to their maximum (255); a flat one is 0."""
    low, high = values.min(), values.max()
    scale = 255 / (high - low) if high > low else 0.0
    return np.asarray((values - low) * scale, np.uint8)
