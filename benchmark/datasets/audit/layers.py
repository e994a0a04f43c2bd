"""Small pictures as tensors: cut out, shrunk, laid over each other by affine maps, and compared."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, grid_sample


@dataclass(frozen=True)
class Layer:
    """Grey values -0.5..0.5 and 1 where a pixel is inside the image, each (pictures, side, side) float32."""

    grey: Tensor
    inside: Tensor

    @classmethod
    def of(cls, values: NDArray[np.uint8], extents: NDArray[np.int16]) -> "Layer":
        """Pictures (n, side, side) of images that are `extents` (n, 2) high and wide, in their middle."""
        inside = inner(values.shape[1], extents)
        return cls(torch.from_numpy(values.astype(np.float32) / 255 - 0.5) * inside, inside)

    def smaller(self, times: int) -> "Layer":
        """The same, so many times smaller."""
        inside = (avg_pool2d(self.inside, times) > 0.99).float()
        return Layer(avg_pool2d(self.grey, times), inside)

    def shrunk(self, edge: int) -> Tensor:
        """1 where a pixel is inside the image by `edge` pixels or more (pictures, side, side)."""
        heights, widths = (self.inside.amax(axis).sum(1).to(torch.int16) for axis in (2, 1))
        return inner(self.inside.shape[-1], torch.stack([heights, widths], 1).numpy(), edge)

    def __getitem__(self, rows: NDArray[np.int64]) -> "Layer":
        return Layer(self.grey[rows], self.inside[rows])


def inner(side: int, extents: NDArray[np.int16], edge: int = 0) -> Tensor:
    """1 where a pixel is inside the image by `edge` pixels or more: (n, side, side) float32."""
    steps, along = torch.arange(side), []
    for extent in torch.from_numpy(extents.astype(np.int64)).T:
        start = ((side - extent) // 2)[:, None]
        along.append((steps >= start + edge) & (steps < start + extent[:, None] - edge))
    inside: Tensor = (along[0][:, :, None] & along[1][:, None, :]).float()
    return inside


def blurred(pictures: Tensor, blur: float) -> Tensor:
    """Square pictures (..., side, side) after a Gaussian blur of so many pixels."""
    matrix = _gaussian(pictures.shape[-1], blur)
    return matrix @ pictures @ matrix.T


@cache
def _gaussian(side: int, blur: float) -> Tensor:
    """A Gaussian blur along one side of a picture as a matrix, whose rows sum to one."""
    steps = torch.arange(float(side))
    weights = torch.exp(-((steps[:, None] - steps) ** 2) / (2 * blur**2))
    return weights / weights.sum(1, keepdim=True)


@cache
def grid(side: int) -> Tensor:
    """The places (side × side, 3) of pixels as x, y in -1..1 and 1."""
    steps = (2 * torch.arange(side) + 1) / side - 1
    down, across = torch.meshgrid(steps, steps, indexing="ij")
    return torch.stack([across, down, torch.ones_like(down)], -1).reshape(-1, 3)


def sampled(layers: Tensor, maps: Tensor) -> Tensor:
    """Layers (m, channels, side, side) seen through maps (m, 2, 3): (m, channels, side × side)."""
    side = layers.shape[-1]
    places = (grid(side) @ maps.transpose(1, 2)).reshape(len(maps), side, side, 2)
    return grid_sample(layers, places, align_corners=False).flatten(2)


def correlation(one: Tensor, other: Tensor, weight: Tensor) -> Tensor:
    """Pearson's correlation (m,) of values (m, p) with weights 0 or 1; 0 where nothing varies."""
    total = weight.sum(1, keepdim=True).clamp(min=1)
    one = (one - (one * weight).sum(1, keepdim=True) / total) * weight
    other = (other - (other * weight).sum(1, keepdim=True) / total) * weight
    agreement: Tensor = (one * other).sum(1) / (one.norm(dim=1) * other.norm(dim=1)).clamp(min=1e-6)
    return agreement
