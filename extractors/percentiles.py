"""Grey values between two percentiles of an image's own values, worked out in strips of rows."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from extractors.image_header import ImageFileError

Window = tuple[float, float]  # percentiles of an image's own values that become black and white
DEEP_WINDOW: Window = (1.0, 99.0)  # for images of more than 8 bits; measured, see docs/grid.md
Rows = Callable[[int, int], NDArray[np.generic]]  # (first row, end) -> (rows, width) values
_STRIP = 2**20  # pixels that are in memory as numbers at once
_SAMPLE = 2**22  # values at most from which the percentiles of a float image are taken


def strips(size: tuple[int, int]) -> Iterator[slice]:
    """Ranges of rows of at most _STRIP pixels (at least one row) of an image of this (width, height)."""
    width, height = size
    step = max(1, _STRIP // width)
    yield from (slice(start, min(start + step, height)) for start in range(0, height, step))


def windowed(rows: Rows, size: tuple[int, int], window: Window, *, inverted: bool = False) -> Image.Image:
    """The values between two percentiles as 0..255; those outside become 0 or 255, and NaN black."""
    low, high = _limits(rows, size, window)
    scale = 255 / (high - low) if high > low else 0.0

    def painted(values: NDArray[np.generic]) -> NDArray[np.float64]:
        filled = values.astype(np.float64)
        if values.dtype.kind == "f":
            np.nan_to_num(filled, copy=False, nan=high if inverted else low, posinf=high, neginf=low)
        scaled = np.round((filled.clip(low, high) - low) * scale)
        return 255 - scaled if inverted and scale else scaled

    levels = _levels_of(rows(0, 1).dtype)
    table = painted(np.arange(levels)).astype(np.uint8) if levels else None
    grey = np.empty((size[1], size[0]), np.uint8)
    for strip in strips(size):
        values = rows(strip.start, strip.stop)
        grey[strip] = painted(values) if table is None else table.take(values.astype(np.intp, copy=False))
    return Image.fromarray(grey)


def _levels_of(dtype: np.dtype[np.generic]) -> int:
    """How many values an unsigned type of up to 16 bits has; 0 for other types."""
    return 2 ** (8 * dtype.itemsize) if dtype.kind == "u" and dtype.itemsize <= 2 else 0


def _limits(rows: Rows, size: tuple[int, int], window: Window) -> tuple[float, float]:
    """The values at two percentiles; minimum and maximum where those are equal, as in the image of a dot."""
    values, counts = counted(rows, size)
    if not len(values):
        raise ImageFileError("it holds no finite number")
    return between(values, counts, window)


def between(values: NDArray[np.generic], counts: NDArray[np.int64], window: Window) -> tuple[float, float]:
    """The values at two percentiles of ascending values with their counts; the ends where those are equal."""
    ranks = np.cumsum(counts)
    wanted = np.array(window) / 100 * ranks[-1]
    low, high = values[np.searchsorted(ranks, wanted).clip(0, len(values) - 1)]
    return (float(low), float(high)) if high > low else (float(values[0]), float(values[-1]))


def counted(rows: Rows, size: tuple[int, int]) -> tuple[NDArray[np.generic], NDArray[np.int64]]:
    """Distinct values and how often each occurs; of wide types in a sample, with minimum and maximum."""
    if levels := _levels_of(rows(0, 1).dtype):
        counts = np.zeros(levels, np.int64)
        for strip in strips(size):
            counts += np.bincount(rows(strip.start, strip.stop).ravel(), minlength=len(counts))
        found = np.flatnonzero(counts)
        return found, counts[found]
    step = -(-size[0] * size[1] // _SAMPLE)
    parts: list[NDArray[np.float64]] = []
    for strip in strips(size):
        values = rows(strip.start, strip.stop).astype(np.float64)
        finite = values[np.isfinite(values)]
        parts.append(finite[::step].copy())  # a view would keep all values in memory
        if step > 1 and len(finite):
            parts.append(np.array([finite.min(), finite.max()]))
    found, counts = np.unique(np.concatenate(parts), return_counts=True)
    return found, counts
