"""Augment training images on the training device: one geometric and one grey-value step per batch."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from classifiers.fine_tuning.recipes import Augmentation

DRAWS = 9  # random numbers per image and epoch
_BORDERS = {"black": "zeros", "reflect": "reflection"}


def draw(images: int, seed: int) -> Tensor:
    """The random numbers (images, DRAWS) of one epoch, uniform in 0..1, from the seed alone."""
    return torch.rand((images, DRAWS), generator=torch.Generator().manual_seed(seed))


def augment(grey: Tensor, draws: Tensor, settings: Augmentation) -> Tensor:
    """Change images (n, 1, size, size) of values 0..1 by their rows of random numbers `draws` (n, DRAWS)."""
    if settings.moves:
        grey = _move(grey, draws, settings)
    return _shade(grey, draws, settings) if settings.shades else grey


def _move(grey: Tensor, draws: Tensor, settings: Augmentation) -> Tensor:
    """Mirror, rotate, zoom and shift in one bilinear resampling."""
    spread = 2 * draws - 1
    angle = spread[:, 0] * math.radians(settings.rotate)
    scale = 1 / (1 + spread[:, 1] * settings.zoom)
    mirror_x = 1 - 2 * (draws[:, 4] < settings.flip).float()
    mirror_y = 1 - 2 * (draws[:, 5] < settings.flip_vertical).float()
    cosine, sine = angle.cos() * scale, angle.sin() * scale
    theta = torch.stack(
        [
            torch.stack([cosine * mirror_x, -sine * mirror_y, 2 * spread[:, 2] * settings.shift], dim=1),
            torch.stack([sine * mirror_x, cosine * mirror_y, 2 * spread[:, 3] * settings.shift], dim=1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(theta, list(grey.shape), align_corners=False)
    return functional.grid_sample(
        grey, grid, mode="bilinear", padding_mode=_BORDERS[settings.border], align_corners=False
    )


def _shade(grey: Tensor, draws: Tensor, settings: Augmentation) -> Tensor:
    """Contrast about the image's mean, brightness, then gamma."""
    spread = (2 * draws[:, 6:9] - 1)[:, :, None, None, None]
    mean = grey.mean(dim=(1, 2, 3), keepdim=True)
    grey = (grey - mean) * (1 + spread[:, 0] * settings.contrast) + mean + spread[:, 1] * settings.brightness
    grey = grey.clamp(0, 1)
    return grey.pow(1 + spread[:, 2] * settings.gamma) if settings.gamma else grey
