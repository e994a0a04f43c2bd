"""A heat map laid over its grey image."""

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image

# Perceptually uniform, and told apart by the colour-blind (van der Walt and Smith 2015, SciPy).
_COLOURS = "viridis"
_GREY_BELOW, _FULL_ABOVE = 0.2, 0.5  # of the map, between which its opacity grows; chosen by hand
_OPACITY = 0.6  # of the colours; chosen by hand


def overlay(pixels: NDArray[np.uint8], heat: NDArray[np.float32]) -> Image.Image:
    """The image (height, width) with its map (height, width), 0..1, in colour, as RGB.

    Where the map is below _GREY_BELOW the image stays grey. Raises ValueError for another shape of the map.
    """
    if pixels.ndim != 2 or pixels.shape != heat.shape:
        raise ValueError(f"an image of {pixels.shape} needs a map of the same shape, not {heat.shape}")
    colours = colormaps[_COLOURS](np.clip(heat, 0, 1))[..., :3]
    opacity = _OPACITY * np.clip((heat - _GREY_BELOW) / (_FULL_ABOVE - _GREY_BELOW), 0, 1)[..., None]
    mixed = (1 - opacity) * (pixels[..., None] / 255) + opacity * colours
    return Image.fromarray((mixed * 255).round().astype(np.uint8), "RGB")
