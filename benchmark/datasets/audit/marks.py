"""What could be a burnt-in mark: thin strokes that are far brighter or darker than what is around them."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE = 192  # pixels of the longer side that is looked at; chosen by hand
_SMALLEST = 128  # pixels of the longer side; chosen by hand
_STROKE = 7  # pixels: strokes narrower than this count; bones are wider; chosen by hand
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
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR, reducing_gap=1.0)
    values = np.asarray(image, np.uint8)
    opened = _extreme(_extreme(values, np.minimum), np.maximum)
    closed = _extreme(_extreme(values, np.maximum), np.minimum)
    strokes = (values - opened > _CONTRAST, closed - values > _CONTRAST)
    return np.concatenate([_shares(one) for one in strokes]).astype(np.float32)


def _extreme(values: NDArray[np.uint8], of_two: np.ufunc) -> NDArray[np.uint8]:
    """The least or largest value in the _STROKE × _STROKE window of each pixel, as far as it is inside."""
    reach = _STROKE // 2
    for _ in range(2):  # along one side, then along the other
        outside = 255 if of_two is np.minimum else 0
        framed = np.pad(values, ((reach, reach), (0, 0)), constant_values=outside)
        twos = of_two(framed[:-1], framed[1:])
        fours = of_two(twos[:-2], twos[2:])
        window: NDArray[np.uint8] = of_two(fours[: len(values)], fours[reach : reach + len(values)])
        values = window.T
    return values


def _shares(strokes: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The share of strokes in each of the places, row by row; 0 in a place without pixels."""
    down, across = (_places(side) for side in strokes.shape)
    counts = np.outer(down.sum(1), across.sum(1)).clip(min=1)
    shares: NDArray[np.float32] = down @ strokes.astype(np.float32) @ across.T / counts
    return shares.ravel()


def _places(side: int) -> NDArray[np.float32]:
    """(_CELLS, side) 1 where a pixel of a side belongs to a place."""
    belongs: NDArray[np.bool_] = np.arange(_CELLS)[:, None] == np.arange(side) * _CELLS // side
    return belongs.astype(np.float32)
