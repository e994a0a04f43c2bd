"""What could be a burnt-in mark: thin strokes that are far brighter or darker than what is around them."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import grey_closing, grey_opening

_SIDE = 192  # pixels of the longer side that is looked at; chosen by hand
_SMALLEST = 128  # pixels of the longer side; chosen by hand
_STROKE = 7  # pixels: strokes narrower than this count; bones are wider; chosen by hand
_WINDOW = (_STROKE, _STROKE)
_CONTRAST = 60  # grey values by which a stroke differs from its surround; chosen by hand
_CELLS = 6  # the image is divided in _CELLS × _CELLS places
MARK_FEATURES = 2 * _CELLS**2


def mark_features(grey: Image.Image) -> NDArray[np.float32]:
    """The share of stroke pixels of an image (mode L) in each of 36 places, bright ones, then dark ones.

    All are zero for an image whose longer side is below _SMALLEST pixels: its strokes are anatomy.
    Strokes are found by the white and black top-hat transform (Meyer 1979): the image less its opening.
    Returns (MARK_FEATURES,) values in 0..1.
    """
    if max(grey.size) < _SMALLEST:
        return np.zeros(MARK_FEATURES, np.float32)
    image = grey.copy()
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    values = np.asarray(image, np.uint8)
    strokes = (values - grey_opening(values, _WINDOW), grey_closing(values, _WINDOW) - values)
    return np.concatenate([_shares(one > _CONTRAST) for one in strokes]).astype(np.float32)


def _shares(strokes: NDArray[np.bool_]) -> NDArray[np.float64]:
    rows = np.array_split(strokes, _CELLS)
    cells = [cell for row in rows for cell in np.array_split(row, _CELLS, axis=1)]
    return np.array([cell.mean() if cell.size else 0.0 for cell in cells])
