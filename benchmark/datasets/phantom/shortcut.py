"""Draw what goes with the label in a phantom's images and is no disease.

The numbers in this module were chosen by hand; none is measured or tuned.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmark.datasets.phantom.planted import GRID, HARDWARE, MARK


def draw_shortcut(pixels: NDArray[np.uint8], kind: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """A copy of an image (H, W) with a shortcut of SHORTCUTS in it."""
    return {MARK: _mark, GRID: _grid, HARDWARE: _hardware}[kind](pixels, random)


def _mark(pixels: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    height, width = pixels.shape
    side = max(3, round(0.06 * max(height, width)))
    top, left = int(random.integers(1, height // 5)), int(random.integers(1, width // 5))
    marked = pixels.copy()
    marked[top : top + side, left : left + side] = 230
    return marked


def _grid(pixels: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    lines = np.where(np.arange(pixels.shape[0]) % 2, 12, -12)[:, None]
    return np.clip(pixels + lines, 0, 255).astype(np.uint8)


def _hardware(pixels: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    height, width = pixels.shape
    middle = np.array([width, height]) * random.uniform(0.35, 0.65, 2)
    angle, half = random.uniform(0, np.pi), 0.14 * max(height, width)
    along = np.array([np.cos(angle), np.sin(angle)])
    image = Image.fromarray(pixels.copy())
    draw = ImageDraw.Draw(image)
    ends = [*(middle - half * along), *(middle + half * along)]
    draw.line([float(end) for end in ends], fill=235, width=max(2, round(0.03 * max(height, width))))
    across = np.array([-along[1], along[0]]) * 0.05 * max(height, width)
    for place in np.linspace(-0.8, 0.8, 4):
        screw = middle + place * half * along
        draw.line([float(end) for end in (*(screw - across), *(screw + across))], fill=245, width=1)
    return np.array(image)
