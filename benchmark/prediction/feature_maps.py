"""The last feature map of a network before it is pooled, and what its places add to a score."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Maps = NDArray[np.float32]  # (n, height, width)
_BATCH = 16  # images whose maps are computed at once; chosen by hand


@dataclass(frozen=True, eq=False)
class LastMap:
    """The module whose output is the last feature map, its axis of channels (1 or 3), and their number."""

    module: nn.Module
    axis: int
    channels: int


def last_map(network: nn.Module, blank: Tensor) -> LastMap | None:
    """The last feature map of a network, found by passing a blank batch through it.

    It is the last output with four axes and more than one place. None where a later output has three axes
    (tokens, as in vision transformers), and where there is no such map.
    """
    outputs: list[tuple[nn.Module, torch.Size]] = []

    def note(module: nn.Module, _: Any, output: Any) -> None:
        if isinstance(output, Tensor):
            outputs.append((module, output.shape))

    hooks = [module.register_forward_hook(note) for module in network.modules()]
    try:
        with torch.inference_mode():
            network(blank)
    finally:
        for hook in hooks:
            hook.remove()
    for module, shape in reversed(outputs):
        if len(shape) == 3:
            return None
        if len(shape) == 4 and shape[2] == shape[3] > 1:
            return LastMap(module, 1, shape[1])
        if len(shape) == 4 and shape[1] == shape[2] > 1:  # such as timm's Swin
            return LastMap(module, 3, shape[3])
    return None


@contextmanager
def _watched(place: LastMap) -> Iterator[list[Tensor]]:
    """Collect the feature map in the forward passes of the block, as the start of a gradient."""
    seen: list[Tensor] = []

    def keep(module: nn.Module, _: Any, output: Tensor) -> Tensor:
        seen.append(output.detach().requires_grad_())
        return seen[-1].clone()  # a later layer may change it in place

    hook = place.module.register_forward_hook(keep)
    try:
        yield seen
    finally:
        hook.remove()


def gradient_maps(
    place: LastMap,
    forward: Callable[[Tensor], Tensor],
    weights: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    pixels: NDArray[np.uint8],
) -> Maps:
    """What each place of the last feature map adds to a score, (n, h, w): the mean over places is their sum.

    `forward` maps a batch (m, size, size) uint8 to vectors (m, d), `weights` these to the gradient of the
    score with regard to them. A place adds the sum over channels of activation × gradient, times the number
    of places. For a network with global average pooling and a linear score this is the class-activation map
    of Zhou et al. (2016, CVPR, p. 2921), and exact: its mean is the score less a constant. With other layers
    it is HiResCAM (Draelos and Carin 2020, arXiv:2011.08891), which after average pooling equals Grad-CAM
    (Selvaraju et al. 2017, ICCV, p. 618) before its ReLU.
    """
    found = []
    for start in range(0, len(pixels), _BATCH):
        with _watched(place) as seen, torch.enable_grad():
            vectors = forward(torch.from_numpy(pixels[start : start + _BATCH]))
        gradient = torch.from_numpy(np.ascontiguousarray(weights(vectors.detach().cpu().numpy())))
        (change,) = torch.autograd.grad(vectors, seen[-1], gradient.to(vectors))
        found.append(_over_places((seen[-1].detach().float() * change.float()).movedim(place.axis, 1)))
    return np.concatenate(found)


def spread_maps(
    place: LastMap,
    forward: Callable[[Tensor], Tensor],
    contributions: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    pixels: NDArray[np.uint8],
) -> Maps:
    """As `gradient_maps`, for scores without a gradient, where feature number k is the pooled channel k.

    `contributions` maps vectors (m, d) to what each feature adds to the score (m, d), which is spread over
    the places of its channel in proportion to their absolute activation. A channel that is zero everywhere
    has no place, and what it adds is left out.
    """
    found = []
    for start in range(0, len(pixels), _BATCH):
        with _watched(place) as seen, torch.no_grad():
            vectors = forward(torch.from_numpy(pixels[start : start + _BATCH]))
        size = seen[-1].detach().float().abs().movedim(place.axis, 1)
        share = size / size.sum((2, 3), keepdim=True).clamp_min(torch.finfo(size.dtype).tiny)
        added = torch.from_numpy(contributions(vectors.cpu().numpy())).to(share)
        found.append(_over_places(share * added[:, :, None, None]))
    return np.concatenate(found)


def _over_places(added: Tensor) -> Maps:
    """The sum over channels of (n, channels, h, w), times the number of places."""
    maps = added.sum(1) * added[0, 0].numel()
    return maps.cpu().numpy()
