"""Random augmentation of drawn pictures: pose, tone, blur, noise, holes."""

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional

_SCALES, _SHIFT, _BLENDED = (0.5, 1.3), 0.2, 0.35


def augmented(pictures: Tensor, side: int, generator: Generator) -> Tensor:
    """(n, 128, 128) uint8 pictures as (n, 1, side, side) float32 in about 0..1, each changed at random.

    The generator must be on the pictures' device; it is the only source of randomness.
    """
    grey = _posed(pictures.unsqueeze(1).float().div_(255), side, generator)
    grey = _toned(_blended(grey, generator), generator)
    return _with_hole(_noisy(_blurred(grey, generator), generator), generator)


def _uniform(n: int, low: float, high: float, generator: Generator) -> Tensor:
    return torch.rand(n, 1, 1, 1, generator=generator, device=generator.device) * (high - low) + low


def _posed(grey: Tensor, side: int, generator: Generator) -> Tensor:
    """Scale, rotate, flip and shift; the outside is filled by reflection."""
    n = len(grey)
    angle = _uniform(n, 0, 2 * math.pi, generator).view(n)
    zoom = 1 / _uniform(n, *_SCALES, generator).view(n)
    flip = torch.where(_uniform(n, 0, 1, generator).view(n) < 0.5, -1.0, 1.0)
    shift = (torch.rand(n, 2, generator=generator, device=grey.device) * 2 - 1) * _SHIFT
    cosine, sine = zoom * angle.cos(), zoom * angle.sin()
    rows = [
        torch.stack([flip * cosine, -sine, shift[:, 0]], 1),
        torch.stack([flip * sine, cosine, shift[:, 1]], 1),
    ]
    grid = functional.affine_grid(torch.stack(rows, 1), [n, 1, side, side], align_corners=False)
    return functional.grid_sample(grey, grid, padding_mode="reflection", align_corners=False)


def _blended(grey: Tensor, generator: Generator) -> Tensor:
    """Blend a third of the pictures with another one."""
    strength = _uniform(len(grey), -2 * _BLENDED, _BLENDED, generator).clamp_(min=0)
    return torch.lerp(grey, grey.roll(1, 0), strength)


def _toned(grey: Tensor, generator: Generator) -> Tensor:
    """Change gamma, contrast and brightness; invert half of the pictures."""
    n = len(grey)
    inverted = torch.where(_uniform(n, 0, 1, generator) < 0.5, grey, 1 - grey)
    bent = inverted.clamp(1e-3, 1) ** torch.exp(_uniform(n, -0.6, 0.6, generator))
    contrast, middle = _uniform(n, 0.4, 1.1, generator), _uniform(n, 0.35, 0.65, generator)
    return (bent - 0.5) * contrast + middle


def _blurred(grey: Tensor, generator: Generator) -> Tensor:
    """Blur half of the pictures, at most by a 5 × 5 binomial kernel."""
    taps = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0], device=grey.device) / 16
    smooth = functional.conv2d(grey, (taps[:, None] * taps).view(1, 1, 5, 5), padding=2)
    return torch.lerp(grey, smooth, _uniform(len(grey), -1, 1, generator).clamp_(min=0))


def _noisy(grey: Tensor, generator: Generator) -> Tensor:
    spread = _uniform(len(grey), -0.08, 0.08, generator).clamp_(min=0)
    return grey + spread * torch.randn(grey.shape, generator=generator, device=grey.device)


def _with_hole(grey: Tensor, generator: Generator) -> Tensor:
    """Fill a rectangle in a quarter of the pictures with one grey value."""
    n, side = len(grey), grey.shape[-1]
    axis = torch.arange(side, device=grey.device) / side
    top, left = _uniform(n, 0, 1, generator), _uniform(n, 0, 1, generator)
    height, width = _uniform(n, 0.1, 0.4, generator), _uniform(n, 0.1, 0.4, generator)
    rows, columns = axis.view(1, 1, -1, 1), axis.view(1, 1, 1, -1)
    inside = (rows >= top) & (rows < top + height) & (columns >= left) & (columns < left + width)
    chosen = _uniform(n, 0, 1, generator) < 0.25
    return torch.where(inside & chosen, _uniform(n, 0, 1, generator), grey)
