"""Whether a picture can be a radiograph at all: by its colours and its range of grey values."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractors.dicom.image import DicomImage
from extractors.image_files import ImageFileError, open_image

_COLOUR = 12.0  # mean difference between the channels, in grey levels of 255; chosen by hand
_FLAT = 4.0  # standard deviation of the grey values, in levels of 255; chosen by hand
_SIDE = 64  # pixels; enough to see both
_COLOURFUL = ("RGB", "RGBA", "P", "CMYK", "YCbCr", "HSV", "LAB")  # Pillow's modes that may have colours


def doubts(source: Path | bytes, pixels: NDArray[np.uint8]) -> tuple[str, ...]:
    """Why an image is probably no radiograph, in words; empty when nothing speaks against it.

    `pixels` is the decoded square (size, size).
    """
    found = []
    if _is_coloured(source):
        found.append("it is a coloured picture")
    if float(pixels.std()) < _FLAT:
        found.append("it is nearly one grey value")
    return tuple(found)


def _is_coloured(source: Path | bytes) -> bool:
    try:
        with open_image(source) as image:
            if isinstance(image, DicomImage):
                if not image.in_colour:
                    return False
                picture = image.colours()
            elif image.mode not in _COLOURFUL:
                return False
            else:
                image.draft("RGB", (_SIDE, _SIDE))  # a JPEG is decoded at a fraction of its size
                picture = image.convert("RGB")
            small = np.asarray(picture.resize((_SIDE, _SIDE)), dtype=np.float64)
    except ImageFileError:  # it was decoded before; nothing is said by a second failure
        return False
    return float(np.ptp(small, axis=2).mean()) > _COLOUR
