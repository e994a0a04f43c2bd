"""Draw what goes with the label in a phantom's images and is no disease.

The numbers in this module were chosen by hand; none is measured or tuned.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmark.datasets.phantom.planted import LETTER


def draw_shortcut(
    pixels: NDArray[np.uint8], kind: str, shown: bool, random: np.random.Generator
) -> NDArray[np.uint8]:
    """A copy of an image (H, W) with a shortcut of `planted.SHORTCUTS` in it, or what is there without it."""
    image = Image.fromarray(pixels)
    if kind == LETTER:
        _draw_letter(image, "R" if shown else "L", random)
    elif shown:
        _draw_hardware(image, random)
    return np.array(image)


def _draw_letter(image: Image.Image, letter: str, random: np.random.Generator) -> None:
    width, height = image.size
    place = int(random.integers(1, width // 2)), int(random.integers(1, height // 2))
    font = ImageFont.load_default(size=max(10, height // 5))
    ImageDraw.Draw(image).text(place, letter, fill=240, font=font)


def _draw_hardware(image: Image.Image, random: np.random.Generator) -> None:
    middle = np.array(image.size) * random.uniform(0.3, 0.7, 2)
    angle = random.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)]) * 0.12 * max(image.size)
    across = np.array([-along[1], along[0]]) * 0.25
    draw = ImageDraw.Draw(image)
    _line(draw, middle - along, middle + along)
    for place in (-0.8, 0.8):
        _line(draw, middle + place * along - across, middle + place * along + across)


def _line(draw: ImageDraw.ImageDraw, start: NDArray[np.float64], end: NDArray[np.float64]) -> None:
    draw.line([float(number) for number in (*start, *end)], fill=200)
