"""The input of a network from what is stored of its images: pixels, or tokens of a frozen network."""

import torch
from torch import Tensor
from torch.nn import functional

from extractors.backbones import Backbone, normalised, to_grey


def stored_values(stored: Tensor, device: torch.device, resolution: int | None) -> Tensor:
    """float32 on the device: grey values 0..1 (n, 1, side, side) of uint8 pixels, or tokens as they are.

    Pixels are averaged down to `resolution` a side.
    """
    if stored.dtype == torch.uint8:
        return resized(to_grey(stored, device), resolution)
    return stored.to(device, non_blocking=True).float()


def resized(grey: Tensor, resolution: int | None) -> Tensor:
    """Images (n, 1, size, size) averaged down to `resolution` pixels a side; None: as they are."""
    return grey if resolution is None else functional.adaptive_avg_pool2d(grey, resolution)


def network_values(backbone: Backbone, values: Tensor) -> Tensor:
    """What the network is given: images are normalised per channel, tokens (n, tokens, d) are not."""
    return values if values.ndim == 3 else normalised(backbone, values)
