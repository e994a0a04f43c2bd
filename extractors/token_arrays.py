"""The tokens of a frozen network as they are stored: all of the last layer, rounded to float16."""

from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from extractors.backbones import Backbone, load_backbone, network_input
from extractors.device_stream import compute_batches
from extractors.sources import RANDOM, why_fixed
from extractors.specs import BackboneSpec
from extractors.token_choice import BLOCKS
from extractors.tokens import tokens_of

TOKEN_BYTES = 2  # of a stored number: float16


def rounded_tokens(network: nn.Module, images: Tensor, layers: str) -> Tensor:
    """The tokens (n, tokens, d) of normalised images, rounded to float16; `layers` as in `token_choice`.

    Raises NoTokensError as `tokens_of`.
    """
    return tokens_of(network, images, BLOCKS[layers]).values.to(torch.float16)


def embed_tokens(backbone: Backbone, pixels: NDArray[np.uint8]) -> NDArray[np.float16]:
    """The tokens (n, tokens, d) of (n, size, size) uint8 images, by torch; batches as in `embed`."""
    found: NDArray[np.float16] = compute_batches(
        partial(_tokens, backbone),
        lambda rows: pixels[rows],
        len(pixels),
        device=backbone.device,
        size=backbone.batch_size,
        label=f"backbone '{backbone.spec.label}'",
    )
    return found


@torch.inference_mode()
def _tokens(backbone: Backbone, pixels: Tensor) -> Tensor:
    cuda = backbone.device.type == "cuda"
    with torch.autocast(backbone.device.type, dtype=torch.bfloat16, enabled=cuda):
        return rounded_tokens(backbone.network, network_input(backbone, pixels), backbone.spec.layers)


def token_shape(backbone: Backbone, size: int) -> tuple[int, int]:
    """The number of tokens of an image of `size` pixels, and their width.

    Raises ValueError, of one line, for a network that shows no tokens.
    """
    try:
        found = _tokens(backbone, torch.zeros((1, size, size), dtype=torch.uint8))
    except torch.OutOfMemoryError:
        raise
    except ValueError as error:
        raise ValueError(
            f"backbone '{backbone.spec.label}': attentive_probe needs tokens: {error}"
        ) from error
    return int(found.shape[1]), int(found.shape[2])


def load_with_tokens(spec: BackboneSpec, *, size: int, device: torch.device) -> Backbone:
    """The network whose tokens are asked for. ValueError as of `load_backbone`, and for a fixed source."""
    if problem := why_fixed(spec.name):
        raise ValueError(f"backbone '{spec.label}' shows no tokens, which attentive_probe needs: {problem}")
    return load_backbone(spec, size=size, device=device)


def token_bytes(spec: BackboneSpec, size: int) -> int:
    """The bytes that the stored tokens of one image of `size` pixels need, found with random weights.

    Raises ValueError as `load_with_tokens` and `token_shape`.
    """
    bare = replace(spec, weights=RANDOM)
    tokens, width = token_shape(load_with_tokens(bare, size=size, device=torch.device("cpu")), size)
    return tokens * width * TOKEN_BYTES
