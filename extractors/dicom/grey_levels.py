"""The picture that a grey DICOM image shows: by the window of its file, or by percentiles of its values."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from extractors.dicom.image import DicomImage
from extractors.dicom.stored_values import StoredValues, stored_values
from extractors.image_header import ImageFileError
from extractors.percentiles import DEEP_WINDOW, Window, between, counted, strips


def dicom_grey(image: DicomImage, window: Window | None) -> Image.Image:
    """The image of mode L. Padding is black, and the least value is white where the file says so.

    `window` are percentiles of the image's values; without one, the file's own lookup table or window counts,
    then as for other images. Raises ImageFileError for damaged pixels, and where all is padding.
    """
    pixels = stored_values(image)
    levels = _grey_levels(pixels, window, deep=image.header.deep)
    levels = np.where(pixels.padding, 0, 255 - levels if pixels.inverted else levels)
    table, painted = np.round(levels).astype(np.uint8), np.empty(pixels.stored.shape, np.uint8)
    for strip in strips((image.header.width, image.header.height)):
        painted[strip] = table.take(pixels.stored[strip])
    return Image.fromarray(painted)


def _grey_levels(pixels: StoredValues, window: Window | None, *, deep: bool) -> NDArray[np.float64]:
    """The grey level 0..255 of each value that may be stored, not inverted."""
    if window is None and pixels.shown is not None:
        return 255 * pixels.shown
    if window is None and not deep:  # as in other formats: the values as they are
        low, high = float(pixels.values.min()), float(pixels.values.max())
    else:
        low, high = _limits_of_stored(pixels, window or DEEP_WINDOW)
    if high <= low:  # one value is black, inverted or not
        return np.full(len(pixels.values), 255.0 if pixels.inverted else 0.0)
    return (pixels.values.clip(low, high) - low) * (255 / (high - low))


def _limits_of_stored(pixels: StoredValues, window: Window) -> tuple[float, float]:
    """Two percentiles of what the stored values mean; padding does not count."""
    height, width = pixels.stored.shape
    stored, counts = counted(lambda start, end: pixels.stored[start:end], (width, height))
    inside = ~pixels.padding[stored.astype(np.intp)]
    if not inside.any():
        raise ImageFileError("it holds no pixel but padding")
    values = pixels.values[stored[inside].astype(np.intp)]
    order = np.argsort(values, kind="stable")
    return between(values[order], counts[inside][order], window)
