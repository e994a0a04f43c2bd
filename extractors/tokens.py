"""The tokens of a network: those of a transformer, or the places of a feature map before it is pooled."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from extractors.token_choice import BLOCKS, BOTH, CLS, LAST, MEAN, POOLED, why_no_choice


class NoTokensError(ValueError):
    """The network has no tokens of the kind that was asked for."""


@dataclass(frozen=True)
class Tokens:
    """The tokens of a batch, (n, tokens, d): first `prefix` ones without a place, then places row by row.

    `cls` says whether the first one is a class token, the image's vector in the network's pretraining.
    """

    values: Tensor
    prefix: int = 0
    cls: bool = False

    @property
    def places(self) -> Tensor:
        """The tokens of places: (n, height · width, d)."""
        return self.values[:, self.prefix :]


def tokens_of(network: nn.Module, images: Tensor, last: int = 1) -> Tokens:
    """The tokens of normalised `images` (n, channels, size, size), as the last layer's norm leaves them.

    With `last` above 1, the normed tokens of the last blocks side by side: d is that many times the width,
    the last block at the end. Raises NoTokensError where a network shows none, or its blocks are too few or
    of different widths, as a CNN's.
    """
    if isinstance(network, ChosenTokens):
        network = network.network
    if isinstance(network, Tower):
        return network.tokens(images, last)
    if callable(getattr(network, "forward_features", None)):
        return _of_timm(network, images, last)
    return _before_pooling(network, images, last)


class Tower(nn.Module):
    """A network of another library as a source hands it over: `forward` gives pooled vectors (n, d).

    `inner` is the library's network; `expands` lets fine-tuning count the blocks in it.
    """

    expands = True

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner: Any = inner

    def tokens(self, images: Tensor, last: int) -> Tokens:
        """See `tokens_of`."""
        return tokens_of(self.inner, images, last)


class ChosenTokens(nn.Module):
    """A network whose vector (n, d) is made of the chosen tokens: see `token_choice`."""

    expands = True

    def __init__(self, network: nn.Module, tokens: str, layers: str) -> None:
        super().__init__()
        self.network, self._tokens, self._last = network, tokens, BLOCKS[layers]

    def forward(self, images: Tensor) -> Tensor:
        found = tokens_of(self.network, images, self._last)
        if self._tokens == MEAN:
            return found.places.mean(dim=1)
        if not found.cls:
            raise NoTokensError(f"it has no class token: use tokens: {MEAN} or {POOLED}")
        if self._tokens == CLS:
            return found.values[:, 0]
        return torch.cat([found.values[:, 0], found.places.mean(dim=1)], dim=1)


def with_chosen_tokens(network: nn.Module, tokens: str, layers: str) -> nn.Module:
    """The network whose vector is made of these tokens; as it is for its own pooling of the last layer.

    Raises ValueError for words that `token_choice` does not know, and for a choice that makes no sense.
    """
    if layers not in BLOCKS or tokens not in (POOLED, CLS, MEAN, BOTH):
        raise ValueError(f"there are no tokens '{tokens}' of layers '{layers}'")
    if problem := why_no_choice(tokens, layers):
        raise ValueError(problem)
    return network if (tokens, layers) == (POOLED, LAST) else ChosenTokens(network, tokens, layers)


def block_tokens(run: Callable[[], Any], blocks: Sequence[nn.Module], norm: nn.Module, last: int) -> Tensor:
    """The normed outputs (n, tokens, d) of the last blocks, side by side; `run()` passes a batch through."""
    check_blocks(len(blocks), last)
    with _outputs(blocks[-last:]) as seen:
        run()
    return torch.cat([norm(output) for output in seen], dim=-1)


def check_blocks(blocks: int, last: int) -> None:
    """Raise NoTokensError where a network has fewer blocks than asked for."""
    if blocks < last:
        raise NoTokensError(f"it has {blocks} blocks, fewer than the last {last} of layers: last_{last}")


def map_tokens(features: Tensor, last: int) -> Tokens:
    """The places of a feature map (n, d, height, width). Raises NoTokensError for several blocks."""
    if last > 1:
        raise NoTokensError(
            f"its blocks have different widths: layers: last_{last} needs a plain vision transformer; "
            f"use layers: {LAST}"
        )
    return Tokens(features.flatten(2).transpose(1, 2))


@contextmanager
def _outputs(modules: Sequence[nn.Module]) -> Iterator[list[Tensor]]:
    """Collect what modules give in the forward pass of the block: the first value where it is a tuple."""
    seen: list[Tensor] = []

    def keep(module: nn.Module, _: Any, output: Any) -> None:
        seen.append(output[0] if isinstance(output, tuple) else output)

    hooks = [module.register_forward_hook(keep) for module in modules]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def _of_timm(network: Any, images: Tensor, last: int) -> Tokens:
    """Of a network of timm, or with timm's methods `forward_features` and `forward_intermediates`."""
    if last > 1 and hasattr(network, "num_prefix_tokens") and hasattr(network, "blocks"):
        check_blocks(len(network.blocks), last)
        found = network.forward_intermediates(
            images, last, return_prefix_tokens=True, norm=True, output_fmt="NLC", intermediates_only=True
        )
        parts = [torch.cat([prefix, places], dim=1) for places, prefix in found]
        return _with_prefix(network, torch.cat(parts, dim=-1))
    features = network.forward_features(images)
    if isinstance(features, Tensor) and features.ndim == 3 and last == 1:
        return _with_prefix(network, features)
    if isinstance(features, Tensor) and features.ndim == 4:
        places_last = getattr(network, "output_fmt", "NCHW") == "NHWC"
        return map_tokens(features.movedim(3, 1) if places_last else features, last)
    raise NoTokensError(f"{type(network).__name__} shows no tokens: use tokens: {POOLED} and layers: {LAST}")


def _with_prefix(network: Any, values: Tensor) -> Tokens:
    prefix = int(getattr(network, "num_prefix_tokens", 0))
    return Tokens(values, prefix, prefix > 0 and getattr(network, "cls_token", None) is not None)


def _before_pooling(network: nn.Module, images: Tensor, last: int) -> Tokens:
    """Of any other network: what goes into its last global pooling, or out of torchvision's transformer."""
    from torchvision.models.vision_transformer import Encoder

    maps: list[Tensor] = []
    found: list[Tensor] = []
    hooks = []
    for module in network.modules():
        if isinstance(module, nn.AdaptiveAvgPool2d) and module.output_size in (1, (1, 1)):
            hooks.append(module.register_forward_pre_hook(lambda module, inputs: maps.append(inputs[0])))
        elif isinstance(module, Encoder):
            hooks.append(module.register_forward_hook(lambda module, _, output: found.append(output)))
    try:
        network(images)
    finally:
        for hook in hooks:
            hook.remove()
    if found and last == 1:
        return Tokens(found[-1], prefix=1, cls=True)
    if maps:
        return map_tokens(maps[-1], last)
    raise NoTokensError(
        f"{type(network).__name__} shows no tokens: use tokens: {POOLED}, layers: {LAST} or timm's network"
    )
