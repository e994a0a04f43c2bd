"""The attentive probe: a small network on the tokens of a frozen one, which attention pools."""

from dataclasses import replace
from math import sqrt

import torch
from torch import Tensor, nn

from extractors.backbones import Backbone
from extractors.specs import BackboneSpec
from extractors.token_arrays import rounded_tokens, token_shape

_HEADS = 8  # of attention, at most; chosen by hand


class AttentivePooling(nn.Module):
    """Multi-head attention of learned queries, one per head, over tokens (n, tokens, d); then layer norm.

    The pooling of the attentive probe (Chen et al. 2022, arXiv 2202.03026, section 4.1). With one query per
    head, the projection of the keys is a part of the query, and that of the values follows the mean over the
    tokens: the same functions with far fewer operations. Queries start near zero, so that training begins at
    the mean over the tokens.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = next(heads for heads in range(_HEADS, 0, -1) if width % heads == 0)
        self.queries = nn.Parameter(torch.empty(self.heads, width))
        self.values = nn.Parameter(torch.empty(self.heads, width, width // self.heads))
        self.norm = nn.LayerNorm(width)
        nn.init.trunc_normal_(self.queries, std=0.02)
        nn.init.trunc_normal_(self.values, std=1 / sqrt(width))

    def attention(self, tokens: Tensor) -> Tensor:
        """The weight of each token for each head: (n, heads, tokens), of sum 1."""
        return (self.queries @ tokens.transpose(1, 2) / sqrt(tokens.shape[2])).softmax(dim=2)

    def forward(self, tokens: Tensor) -> Tensor:
        with torch.autocast(tokens.device.type, enabled=False):
            tokens = tokens.float()
            pooled = self.attention(tokens) @ tokens
            found = torch.einsum("nhd,hdv->nhv", pooled, self.values)
            normed: Tensor = self.norm(found.flatten(1))
        return normed


class ProbedNetwork(nn.Module):
    """A frozen network and the pooling of its tokens: images, or stored tokens without it, to (n, d).

    Tokens of images are rounded as the stored ones are.
    """

    expands = True

    def __init__(self, network: nn.Module | None, layers: str, width: int) -> None:
        super().__init__()
        self.network, self._layers = network, layers
        self.pooling = AttentivePooling(width)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x if self.network is None else rounded_tokens(self.network, x, self._layers)
        pooled: Tensor = self.pooling(tokens)
        return pooled


def probe_of_tokens(spec: BackboneSpec, width: int, seed: int, device: torch.device) -> Backbone:
    """The trainable network of stored tokens (n, tokens, width)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = ProbedNetwork(None, spec.layers, width)
    return Backbone(spec, network.to(device), (), (), width, device)


def probe_of_images(backbone: Backbone, size: int) -> Backbone:
    """The frozen network with a pooling of random weights: images of `size` pixels to vectors.

    The names of its weights are those of `probe_of_tokens`, and `network.` before those of the backbone.
    Raises ValueError as `token_shape`.
    """
    width = token_shape(backbone, size)[1]
    network = ProbedNetwork(backbone.network, backbone.spec.layers, width).eval()
    return replace(backbone, network=network.to(backbone.device), width=width)
