"""Predict log odds of images, or of their tokens, batch by batch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from classifiers.fine_tuning.inputs import network_values, stored_values
from classifiers.fine_tuning.layers import TunedNetwork
from classifiers.selection import Floats, Rows
from extractors.backbones import Backbone
from extractors.device_stream import BatchSize, compute_batches

_BATCH = 64  # images per batch, halved when they do not fit the memory; chosen by hand


def log_odds(backbone: Backbone, network: TunedNetwork, values: Tensor) -> Tensor:
    """The log odds (n,) float32 of `stored_values`. On CUDA the backbone uses bfloat16."""
    device = backbone.device
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
        odds: Tensor = network(network_values(backbone, values))
    return odds.float()


def head_input(backbone: Backbone, network: TunedNetwork, values: Tensor) -> Tensor:
    """What the head is given (n, width) float32 for `stored_values`."""
    device = backbone.device
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
        found: Tensor = network.backbone(network_values(backbone, values))
    return found.float()


def predict(
    backbone: Backbone,
    network: TunedNetwork,
    pixels: NDArray[Any],
    rows: Rows,
    resolution: int | None = None,
) -> Floats:
    """The log odds (n,) float64 of these rows of the pixels or tokens, with the network in eval mode.

    A batch that does not fit the device is halved. Raises ValueError when a single image does not fit.
    """
    odds: Floats = _in_batches(log_odds, backbone, network, pixels, rows, resolution).astype(np.float64)
    return odds


def features(
    backbone: Backbone,
    network: TunedNetwork,
    pixels: NDArray[Any],
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
    pixels: NDArray[Any],
    rows: Rows,
    resolution: int | None,
) -> NDArray[np.float32]:
    network.eval()
    return compute_batches(
        lambda batch: compute(backbone, network, stored_values(batch, backbone.device, resolution)),
        lambda positions: pixels[rows[positions]],
        len(rows),
        device=backbone.device,
        size=BatchSize(_BATCH),
        label=f"'{backbone.spec.label}'",
    )
