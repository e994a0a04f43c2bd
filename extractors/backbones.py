"""Build frozen networks, load their weights strictly, and embed images."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from extractors.errors import reason
from extractors.sources import Normalisation, check_name, source_of
from extractors.specs import BackboneSpec
from extractors.weights import State, load_strictly, read_state


@dataclass(frozen=True)
class Backbone:
    """A headless network on its device: (n, channels, size, size) normalised pixels to (n, width)."""

    spec: BackboneSpec
    network: nn.Module
    mean: tuple[float, ...]
    std: tuple[float, ...]
    width: int
    device: torch.device


def size_of(network: nn.Module) -> int:
    """The size of all weights and buffers, in bytes."""
    return sum(value.nbytes for value in network.state_dict().values())


def load_backbone(spec: BackboneSpec, *, size: int, device: torch.device) -> Backbone:
    """Build the network without its classifier, load its weights strictly, and measure its width.

    Raises WeightsUnavailableError when pretrained weights cannot be downloaded, and ValueError for a name
    that no source has, when a weight is missing, unexpected or of another shape, and when the network does
    not take `size` pixels. A library may raise other exceptions for `model_args` that it does not accept.
    """
    check_name(spec.name)
    source, known = source_of(spec.name), spec.resolved()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # random weights are the same on every machine and in every run
        network = source.build(known, known.pretrained)
    mean, std = _normalisation(known, source.normalisation(known, network))
    if file := spec.weights_file:
        head = source.head(known, network)
        state = {key: value for key, value in read_state(file).items() if not key.startswith(head)}
        load_strictly(network, state, file)
    network = network.eval().requires_grad_(False).to(device).to(memory_format=torch.channels_last)
    return Backbone(spec, network, mean, std, _width(network, spec, size, len(mean), device), device)


@torch.inference_mode()
def embed(backbone: Backbone, pixels: NDArray[np.uint8], batch_size: int = 32) -> NDArray[np.float32]:
    """Embed (n, size, size) uint8 images: one float32 row of `backbone.width` each.

    bf16 autocast on CUDA, float32 elsewhere. A batch that does not fit the device's memory is halved;
    raises ValueError when a single image does not fit.
    """
    try:
        parts = [
            forward(backbone, torch.from_numpy(pixels[start : start + batch_size]))
            for start in range(0, len(pixels), batch_size)
        ]
        return torch.cat(parts).cpu().numpy()
    except torch.OutOfMemoryError as error:
        if batch_size == 1:
            raise ValueError(
                f"backbone '{backbone.spec.label}': one image does not fit the device"
            ) from error
    return embed(backbone, pixels, batch_size // 2)


def forward(backbone: Backbone, pixels: Tensor) -> Tensor:
    """One batch of uint8 pixels (n, size, size) to float32 embeddings on the backbone's device."""
    cuda = backbone.device.type == "cuda"
    with torch.autocast(backbone.device.type, dtype=torch.bfloat16, enabled=cuda):
        output: Tensor = backbone.network(network_input(backbone, pixels))
    return output.float()


def network_input(backbone: Backbone, pixels: Tensor) -> Tensor:
    """The network's input from uint8 pixels: scaled to 0..1 and normalised per channel."""
    return normalised(backbone, to_grey(pixels, backbone.device))


def to_grey(pixels: Tensor, device: torch.device) -> Tensor:
    """uint8 pixels (n, size, size) as (n, 1, size, size) float32 in 0..1 on the device."""
    return pixels.to(device, non_blocking=True).unsqueeze(1).float().div_(255)


def normalised(backbone: Backbone, grey: Tensor) -> Tensor:
    """Values 0..1 (n, 1, size, size) normalised into each of the network's channels, channels last."""
    mean, std = (
        torch.tensor(v, device=backbone.device).view(1, -1, 1, 1) for v in (backbone.mean, backbone.std)
    )
    return ((grey - mean) / std).contiguous(memory_format=torch.channels_last)


def fetch_state(name: str) -> State:
    """The pretrained weights of a backbone, classifier included, downloaded or from the hub's cache.

    Raises WeightsUnavailableError when they cannot be downloaded, and ValueError for an unknown name and
    for a network whose weights are installed with its package.
    """
    check_name(name)
    fetch, spec = source_of(name).fetch, BackboneSpec(name)
    if fetch is None:
        raise ValueError(f"the weights of '{name}' are installed with it: there is nothing to fetch")
    return fetch(spec)


def _normalisation(spec: BackboneSpec, own: Normalisation) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The spec's mean and std, or else the weights' own; their average where the network has one channel."""
    mean, std = tuple(spec.mean or own.mean), tuple(spec.std or own.std)
    if own.channels == 1 and len(mean) == 3:
        mean, std = (float(np.mean(mean)),), (float(np.mean(std)),)
    if len(mean) != own.channels or len(std) != own.channels:
        raise ValueError(f"backbone '{spec.label}': mean and std need {own.channels} values each")
    return mean, std


def _width(network: nn.Module, spec: BackboneSpec, size: int, channels: int, device: torch.device) -> int:
    blank = torch.zeros((1, channels, size, size), device=device)
    try:
        with torch.inference_mode():
            output = network(blank)
    except torch.OutOfMemoryError:
        raise
    except Exception as error:  # networks raise different exceptions for a size that they do not accept
        raise ValueError(
            f"backbone '{spec.label}' does not take {size} × {size} pixels: {reason(error)}"
        ) from error
    if output.ndim != 2:
        raise ValueError(f"backbone '{spec.label}' gives {tuple(output.shape)}, not one vector per image")
    return int(output.shape[1])
