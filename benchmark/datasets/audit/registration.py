"""Whether two pictures are copies: one is laid over the other, and their fine patterns are compared.

An affine map and a change of brightness are fitted by least squares from coarse to fine (Lucas and Kanade
1981); a copy then has the same fine pattern, while another hand, also of the same patient, has not.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from joblib import Parallel, delayed
from numpy.typing import NDArray
from torch import Tensor

from benchmark.datasets.audit.layers import Layer, blurred, correlation, grid, sampled
from benchmark.datasets.audit.pictures import SHRUNK, Pictures
from benchmark.datasets.audit.screening import Pairs

_COARSE, _MIDDLE = 0.82, 0.915  # least likeness at a sixth and at a third of the full size to go on
_NEARLY = (0.77, 0.98)  # the likeness at a third that a better map is looked for
_OPEN = (0.6, 0.95)  # the likeness at full size that a better map may still bring to the other side
_STEPS = {"coarse": 6, "ranks": 4, "grey": 3, "fine": 2}  # of the fits, in their order
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


_Two = tuple[Layer, Layer]  # of the first and of the second pictures of some pairs
_Rows = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class Overlays:
    """How well each of m matches fits: arrays (m,) and maps (m, 2, 3) from the first picture to the second.

    `likeness` is the correlation of the fine patterns, -1..1, negative where one is inverted; 0 where the
    pictures do not overlap enough or are too unlike to compare.
    """

    likeness: NDArray[np.float32]
    maps: NDArray[np.float32]


def overlay(
    pictures: Pictures, pairs: Pairs, jobs: int = 1, progress: Callable[[int], None] = lambda pairs: None
) -> Overlays:
    """Fit the second picture of every pair to the first, starting from its map, in `jobs` threads.

    The maps are fitted to ranks, which no brightness changes, and to grey values, which no cut changes; the
    map under which the fine patterns agree better is kept. `progress` is told how many pairs were compared.
    """
    likeness, maps = [np.empty(0, np.float32)], [np.empty((0, 2, 3), np.float32)]
    chunks = [np.arange(start, min(start + _PAIRS, len(pairs))) for start in range(0, len(pairs), _PAIRS)]
    run = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")
    for some in run(delayed(_overlay_some)(pictures, pairs[rows]) for rows in chunks):
        likeness.append(some.likeness)
        maps.append(some.maps)
        progress(len(some.likeness))
    return Overlays(np.concatenate(likeness), np.concatenate(maps))


def _overlay_some(pictures: Pictures, pairs: Pairs) -> Overlays:
    """Few pairs at once, which go on to the next size while they are alike."""
    rows, likeness, fitted = np.arange(len(pairs)), np.zeros(len(pairs), np.float32), pairs.maps.clone()
    for stage in (_coarse, _middle, _in_full):
        fits, good = stage(pictures, (pairs.first[rows], pairs.second[rows]), fitted[rows])
        fitted[rows] = fits.maps
        rows = rows[good]
        if not len(rows):
            break
    else:
        likeness[rows] = fits.likeness.numpy()
    return Overlays(likeness, fitted.numpy())


@dataclass(frozen=True)
class _Fits:
    """Maps of some pairs and the likeness of their fine patterns under them, at one size."""

    patterns: _Two
    maps: Tensor
    likeness: Tensor

    @classmethod
    def of(cls, grey: _Two, maps: Tensor, edge: int) -> "_Fits":
        """The likeness without so many pixels along the edge of an image."""
        one, other = (_fine_pattern(layer, edge) for layer in grey)
        return cls((one, other), maps, _likeness(one, other, maps))

    def improved(self, layers: _Two, steps: int, robust: bool = False) -> "_Fits":
        """The same, with the maps that are better after a fit to these layers."""
        tried = _fit(*layers, self.maps, steps, robust)
        likeness = _likeness(*self.patterns, tried)
        wins = likeness.abs() > self.likeness.abs()
        maps = torch.where(wins[:, None, None], tried, self.maps)
        return _Fits(self.patterns, maps, torch.where(wins, likeness, self.likeness))

    def of_rows(self, rows: NDArray[np.int64]) -> "_Fits":
        """Those of some pairs."""
        one, other = self.patterns
        return _Fits((one[rows], other[rows]), self.maps[rows], self.likeness[rows])

    def take(self, rows: NDArray[np.int64], better: "_Fits") -> None:
        """Put the maps of some pairs in place."""
        self.maps[rows], self.likeness[rows] = better.maps, better.likeness

    def above(self, least: float) -> NDArray[np.bool_]:
        """Which pairs are that much alike."""
        enough: NDArray[np.bool_] = (self.likeness.abs() >= least).numpy()
        return enough


def _coarse(pictures: Pictures, rows: _Rows, maps: Tensor) -> tuple[_Fits, NDArray[np.bool_]]:
    maps = _fit(*_small(pictures, pictures.ranks, rows, 2), maps, _STEPS["coarse"], robust=True)
    fits = _Fits.of(_small(pictures, pictures.small, rows, 2), maps, _EDGE // (2 * SHRUNK))
    return fits, fits.above(_COARSE)


def _middle(pictures: Pictures, rows: _Rows, maps: Tensor) -> tuple[_Fits, NDArray[np.bool_]]:
    grey, ranks = (_small(pictures, values, rows, 1) for values in (pictures.small, pictures.ranks))
    fits = _Fits.of(grey, maps, _EDGE // SHRUNK)
    for layers, name in ((ranks, "ranks"), (grey, "grey")):
        near = np.flatnonzero(fits.above(_NEARLY[0]) & ~fits.above(_NEARLY[1]))
        if len(near):
            some = (layers[0][near], layers[1][near])
            fits.take(near, fits.of_rows(near).improved(some, _STEPS[name], robust=name == "ranks"))
    return fits, fits.above(_MIDDLE)


def _in_full(pictures: Pictures, rows: _Rows, maps: Tensor) -> tuple[_Fits, NDArray[np.bool_]]:
    one, other = (Layer.of(pictures.grey[side], pictures.extents[side]) for side in rows)
    fits = _Fits.of((one, other), maps, _EDGE)
    near = np.flatnonzero(fits.above(_OPEN[0]) & ~fits.above(_OPEN[1]))
    if len(near):
        some = fits.of_rows(near).improved((one[near], other[near]), _STEPS["grey"])
        fits.take(near, some.improved(some.patterns, _STEPS["fine"]))
    return fits, fits.above(0)


def _small(pictures: Pictures, values: NDArray[np.uint8], rows: _Rows, times: int) -> _Two:
    """The small pictures of both sides, once more so many times smaller."""
    layers = []
    for side in rows:
        extents = (pictures.extents[side] - SHRUNK - 1) // SHRUNK  # without pixels partly beyond the edge
        layers.append(Layer.of(values[side], extents))
    one, other = (layer.smaller(times) if times > 1 else layer for layer in layers)
    return one, other


def _fit(one: Layer, other: Layer, maps: Tensor, steps: int, robust: bool = False) -> Tensor:
    """Maps after so many Gauss-Newton steps; `robust`: pixels that differ much count little (Cauchy)."""
    side = one.grey.shape[-1]
    layers = torch.zeros(len(maps), 4, side, side)
    layers[:, 0], layers[:, 1] = other.grey, other.inside
    layers[:, 2, :, 1:-1] = (other.grey[..., 2:] - other.grey[..., :-2]) * (side / 4)
    layers[:, 3, 1:-1] = (other.grey[:, 2:] - other.grey[:, :-2]) * (side / 4)
    target, inside, places = one.grey.flatten(1), one.inside.flatten(1), grid(side).T
    trust = torch.ones_like(target)
    design = torch.empty(len(maps), 8, side**2)
    design[:, 6], design[:, 7] = -target, -1
    for _ in range(steps):
        grey, there, across, down = sampled(layers, maps).unbind(1)
        weight = (there > 0.99) * inside
        torch.mul(across[:, None], places, out=design[:, :3])
        torch.mul(down[:, None], places, out=design[:, 3:6])
        weighted = design * (weight * trust)[:, None]
        normal = weighted @ design.transpose(1, 2)
        ridge = 1e-4 * torch.diag_embed(normal.diagonal(dim1=1, dim2=2)) + 1e-4 * torch.eye(8)
        step = torch.linalg.solve(normal + ridge, -(weighted @ grey[..., None]))
        maps = maps + step[:, :6, 0].reshape(-1, 2, 3).clamp(-0.2, 0.2)
        if robust:
            left = (grey - step[:, 6] * target - step[:, 7]).abs() * weight
            usual = left.sum(1, keepdim=True) / weight.sum(1, keepdim=True).clamp(min=1)
            trust = 1 / (1 + (left / usual.clamp(min=1e-3)) ** 2)
    return maps


def _likeness(one: Layer, other: Layer, maps: Tensor) -> Tensor:
    """The correlation of two fine patterns, 0 where too little of them overlaps or they are too distorted."""
    fine, there = sampled(torch.stack([other.grey, other.inside], 1), maps).unbind(1)
    weight = (there > 0.99) * one.inside.flatten(1)
    scale = torch.linalg.det(maps[:, :, :2]).abs().sqrt()
    areas = torch.minimum(one.inside.sum((1, 2)), other.inside.sum((1, 2)) / scale**2)
    sound = (weight.sum(1) > _OVERLAP * areas) & (scale > _SCALES[0]) & (scale < _SCALES[1])
    alike: Tensor = correlation(one.grey.flatten(1), fine, weight) * sound
    return alike


def _fine_pattern(layer: Layer, edge: int) -> Layer:
    """What is between two blurs, over its local contrast: strong edges count no more than texture."""
    fine = blurred(layer.grey, _FINE) - blurred(layer.grey, _ROUGH)
    count = layer.inside.sum((1, 2), keepdim=True).clamp(min=1)
    mean = layer.grey.sum((1, 2), keepdim=True) / count
    contrast = ((layer.grey - mean) ** 2 * layer.inside).sum((1, 2), keepdim=True) / count
    strength = (blurred(fine**2, _LOCAL) + _FAINT**2 * contrast + 1e-9).sqrt()
    return Layer(fine / strength, layer.shrunk(edge))
