"""What can be wrong with a finished embedding, whatever made it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 256  # rows that are looked at together: tokens may be larger than the memory
_SAMPLE = 512  # rows that are compared with one another


def problem_of(values: NDArray[Any], *, part: bool = False) -> str:
    """What is wrong with an embedding, in words: values that are not finite, or all rows (n, ...) equal.

    Rows of a `part` of the images may be equal. Empty where nothing is wrong.
    """
    sample = values[:: max(1, len(values) // _SAMPLE)]
    if not all(np.isfinite(values[row : row + _AT_ONCE]).all() for row in range(0, len(values), _AT_ONCE)):
        kind = " of float16" if values.dtype == np.float16 else ""
        return f"gave values that are not finite numbers{kind}"
    if not part and len(sample) > 1 and not np.ptp(sample, axis=0).any():
        return "gives every image the same vector: wrong weights, mean or std, or blank images"
    return ""
