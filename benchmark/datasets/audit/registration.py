"""Whether two pictures are copies: one is laid over the other, and their fine patterns are compared.

The affine map and the change of brightness are fitted by least squares from coarse to fine (Lucas and Kanade
1981); a copy then has the same fine pattern, while another hand, also of the same patient, has not.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.datasets.audit.layers import Layer, blurred, correlation, grid, sampled
from benchmark.datasets.audit.pictures import SHRUNK, Pictures
from benchmark.datasets.audit.screening import Pairs

_COARSE = (6, 0.8)  # steps of the fit, and least likeness to go on, at a sixth of the full size
_MIDDLE = (4, 0.8)  # the same at a third
_FULL, _OPEN = 5, (0.75, 0.95)  # steps at full size, and the likeness that they may change to the other side
_PAIRS = 32  # pairs that are compared at once; this and all below: docs/audit.md
_FINE, _ROUGH, _LOCAL = (
    0.7,
    1.6,
    4.0,
)  # pixels: patterns between the first two blurs, over their local contrast
_FAINT = 0.1  # a local contrast, as a share of the picture's, that counts as noise
_EDGE = 6  # pixels from the edge of an image that are not compared
_OVERLAP = 0.5  # least share of the smaller image that is compared
_SCALES = (0.6, 1.67)  # by which a copy may be larger or smaller


@dataclass(frozen=True)
class Overlays:
    """How well each of m matches fits: arrays (m,) and maps (m, 2, 3) from the first picture to the second.

    `likeness` is the correlation of the fine patterns, -1..1, negative where one is inverted; 0 where the
    pictures do not overlap enough or are too unlike to compare.
    """

    likeness: NDArray[np.float32]
    maps: NDArray[np.float32]


def overlay(
    pictures: Pictures, pairs: Pairs, progress: Callable[[int], None] = lambda pairs: None
) -> Overlays:
    """Fit the second picture of every pair to the first, starting from the map of the pair.

    `progress` is told how many pairs were just compared.
    The maps are fitted to the ranks of grey values, and at full size to the fine patterns, which decide.
    """
    likeness, fitted = np.zeros(len(pairs), np.float32), pairs.maps.clone()
    for start in range(0, len(pairs), _PAIRS):
        rows = np.arange(start, min(start + _PAIRS, len(pairs)))
        for (steps, least), times in ((_COARSE, 2), (_MIDDLE, 1)):
            sides = (pairs.first[rows], pairs.second[rows])
            one, other = (_small(pictures, pictures.ranks, side, times) for side in sides)
            fitted[rows] = _fit(one, other, fitted[rows], steps)
            one, other = (_fine_pattern(_small(pictures, pictures.small, side, times)) for side in sides)
            rows = rows[_likeness(one, other, fitted[rows], _EDGE // (SHRUNK * times)).abs().numpy() >= least]
        if len(rows):
            likeness[rows], fitted[rows] = _in_full(
                pictures, pairs.first[rows], pairs.second[rows], fitted[rows]
            )
        progress(min(_PAIRS, len(pairs) - start))
    return Overlays(likeness, fitted.numpy())


def _in_full(
    pictures: Pictures, first: NDArray[np.int64], second: NDArray[np.int64], maps: Tensor
) -> tuple[NDArray[np.float32], Tensor]:
    """The likeness at full size, and the maps, which are improved where that may decide."""
    one, other = (
        _fine_pattern(Layer.of(pictures.grey[side], pictures.extents[side])) for side in (first, second)
    )
    alike: NDArray[np.float32] = _likeness(one, other, maps, _EDGE).numpy()
    near = np.flatnonzero((np.abs(alike) > _OPEN[0]) & (np.abs(alike) < _OPEN[1]))
    if len(near):
        one, other, maps = one[near], other[near], maps.clone()
        maps[near] = _fit(one, other, maps[near], _FULL)
        alike[near] = _likeness(one, other, maps[near], _EDGE).numpy()
    return alike, maps


def _small(pictures: Pictures, values: NDArray[np.uint8], rows: NDArray[np.int64], times: int) -> Layer:
    """Some small pictures, once more so many times smaller."""
    extents = (
        pictures.extents[rows] - SHRUNK - 1
    ) // SHRUNK  # without pixels that are partly beyond the edge
    layer = Layer.of(values[rows], extents)
    return layer.smaller(times) if times > 1 else layer


def _fit(one: Layer, other: Layer, maps: Tensor, steps: int) -> Tensor:
    """Improve the maps by Gauss-Newton steps; pixels that differ much count little (Cauchy weights)."""
    side = one.grey.shape[-1]
    slope = torch.zeros(len(maps), 2, side, side)
    slope[:, 0, :, 1:-1] = (other.grey[..., 2:] - other.grey[..., :-2]) * (side / 4)
    slope[:, 1, 1:-1] = (other.grey[:, 2:] - other.grey[:, :-2]) * (side / 4)
    layers = torch.cat([other.grey[:, None], other.inside[:, None], slope], 1)
    target, inside, places = one.grey.flatten(1), one.inside.flatten(1), grid(side)
    trust = torch.ones_like(target)
    for _ in range(steps):
        grey, there, *slopes = sampled(layers, maps).unbind(1)
        weight = (there > 0.99) * inside
        moves = [gradient[..., None] * places for gradient in slopes]
        brightness = [-target[..., None], -torch.ones_like(target)[..., None]]
        design = torch.cat([*moves, *brightness], -1)
        weighted = design * (weight * trust)[..., None]
        normal = weighted.transpose(1, 2) @ design
        ridge = 1e-4 * torch.diag_embed(normal.diagonal(dim1=1, dim2=2)) + 1e-4 * torch.eye(8)
        step = torch.linalg.solve(normal + ridge, -(weighted.transpose(1, 2) @ grey[..., None]))
        maps = maps + step[:, :6, 0].reshape(-1, 2, 3).clamp(-0.2, 0.2)
        left = (grey - step[:, 6] * target - step[:, 7]).abs() * weight
        usual = left.sum(1, keepdim=True) / weight.sum(1, keepdim=True).clamp(min=1)
        trust = 1 / (1 + (left / usual.clamp(min=1e-3)) ** 2)
    return maps


def _likeness(one: Layer, other: Layer, maps: Tensor, edge: int) -> Tensor:
    """The correlation of two fine patterns, 0 where too little of them overlaps or they are too distorted."""
    fine, there = sampled(torch.stack([other.grey, other.shrunk(edge)], 1), maps).unbind(1)
    weight = (there > 0.99) * one.shrunk(edge).flatten(1)
    scale = torch.linalg.det(maps[:, :, :2]).abs().sqrt()
    areas = torch.minimum(one.inside.flatten(1).sum(1), other.inside.flatten(1).sum(1) / scale**2)
    sound = (weight.sum(1) > _OVERLAP * areas) & (scale > _SCALES[0]) & (scale < _SCALES[1])
    alike: Tensor = correlation(one.grey.flatten(1), fine, weight) * sound
    return alike


def _fine_pattern(layer: Layer) -> Layer:
    """What is between two blurs, over its local contrast: strong edges count no more than texture."""
    fine = blurred(layer.grey, _FINE) - blurred(layer.grey, _ROUGH)
    count = layer.inside.sum((1, 2), keepdim=True).clamp(min=1)
    mean = layer.grey.sum((1, 2), keepdim=True) / count
    contrast = ((layer.grey - mean) ** 2 * layer.inside).sum((1, 2), keepdim=True) / count
    return Layer(fine / (blurred(fine**2, _LOCAL) + _FAINT**2 * contrast + 1e-9).sqrt(), layer.inside)
