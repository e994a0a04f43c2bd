"""Predict log odds of images, batch by batch."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from classifiers.fine_tuning.layers import TunedNetwork
from classifiers.selection import Floats, Rows
from extractors.backbones import Backbone, normalised, to_grey
from extractors.device_stream import BatchSize, compute_batches

_BATCH = 64  # images per batch, halved when they do not fit the memory; chosen by hand


def log_odds(backbone: Backbone, network: TunedNetwork, grey: Tensor) -> Tensor:
    """The log odds (n,) float32 of images (n, 1, size, size) in 0..1. On CUDA the backbone uses bfloat16."""
    device = backbone.device
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
        odds: Tensor = network(normalised(backbone, grey))
    return odds.float()


def resized(grey: Tensor, resolution: int | None) -> Tensor:
    """Images (n, 1, size, size) averaged down to `resolution` pixels a side; None: as they are."""
    return grey if resolution is None else functional.adaptive_avg_pool2d(grey, resolution)


def head_input(backbone: Backbone, network: TunedNetwork, grey: Tensor) -> Tensor:
    """What the head is given (n, width) float32 for images (n, 1, size, size) in 0..1."""
    device = backbone.device
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
        found: Tensor = network.backbone(normalised(backbone, grey))
    return found.float()


def predict(
    backbone: Backbone,
    network: TunedNetwork,
    pixels: NDArray[np.uint8],
    rows: Rows,
    resolution: int | None = None,
) -> Floats:
    """The log odds (n,) float64 of these rows of the pixel store, with the network in eval mode.

    A batch that does not fit the device is halved. Raises ValueError when a single image does not fit.
    """
    odds: Floats = _in_batches(log_odds, backbone, network, pixels, rows, resolution).astype(np.float64)
    return odds


def features(
    backbone: Backbone,
    network: TunedNetwork,
    pixels: NDArray[np.uint8],
    rows: Rows,
    resolution: int | None = None,
) -> NDArray[np.float32]:
    """What the head is given for these rows: (n, width) float32. Raises as `predict`."""
    return _in_batches(head_input, backbone, network, pixels, rows, resolution)


@torch.inference_mode()
def _in_batches(
    compute: Callable[[Backbone, TunedNetwork, Tensor], Tensor],
    backbone: Backbone,
    network: TunedNetwork,
    pixels: NDArray[np.uint8],
    rows: Rows,
    resolution: int | None,
) -> NDArray[np.float32]:
    network.eval()
    return compute_batches(
        lambda batch: compute(backbone, network, resized(to_grey(batch, backbone.device), resolution)),
        lambda positions: pixels[rows[positions]],
        len(rows),
        device=backbone.device,
        size=BatchSize(_BATCH),
        label=f"'{backbone.spec.label}'",
    )
