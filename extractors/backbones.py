"""Frozen networks from timm and torchvision: where their weights come from and how pixels enter them."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import timm
import torch
import torchvision
from numpy.typing import NDArray
from torch import Tensor, nn

from extractors import bundled
from extractors.specs import BackboneSpec
from extractors.weights import State, load_strictly, offline, read_state

TORCHVISION = "torchvision/"
_HEADS = ("fc", "classifier", "heads", "head")
_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@dataclass(frozen=True)
class Backbone:
    """A headless network on its device: (n, channels, size, size) normalised pixels to (n, width)."""

    spec: BackboneSpec
    network: nn.Module
    mean: tuple[float, ...]
    std: tuple[float, ...]
    width: int
    device: torch.device


def choose_device(name: str = "auto") -> torch.device:
    """`auto` is the first of cuda, mps and cpu that works; any torch device name is taken as it is.

    Raises ValueError for a device that this machine lacks.
    """
    available = ["cpu"]
    if torch.backends.mps.is_available():
        available.insert(0, "mps")
    if torch.cuda.is_available():
        available.insert(0, "cuda")
    if name == "auto":
        return torch.device(available[0])
    if name.split(":")[0] not in available:
        raise ValueError(
            f"device '{name}' is not on this machine; it has: {', '.join(available)}, or say auto"
        )
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """What a record calls a device: an accelerator's model, or `cpu`."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def begin_peak_memory(device: torch.device) -> int:
    """Count `peak_memory` from now on; returns the bytes that tensors take on an accelerator already."""
    if device.type != "cuda":
        return 0
    torch.cuda.reset_peak_memory_stats(device)
    return torch.cuda.memory_allocated(device)


def peak_memory(device: torch.device) -> int | None:
    """The most memory (bytes) that tensors took on an accelerator; None where it is not counted."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None


def check_name(name: str) -> None:
    """Raise ValueError, with the nearest names, for a network that timm or torchvision lacks."""
    if name.startswith(TORCHVISION):
        known = [TORCHVISION + n for n in torchvision.models.list_models(module=torchvision.models)]
    else:
        known = [bundled.NAME, *timm.list_models()]
    if name.split(".")[0] not in known:
        near = get_close_matches(name, known, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(f"there is no backbone '{name}'{hint} (bundled, a timm name, or torchvision/NAME)")


@contextmanager
def torch_threads(jobs: int) -> Iterator[None]:
    """Let torch use so many cores of this process; the machine's cores at most."""
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, min(jobs, os.cpu_count() or 1)))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def size_of(network: nn.Module) -> int:
    """The bytes of all weights and buffers."""
    return sum(value.nbytes for value in network.state_dict().values())


def load_backbone(spec: BackboneSpec, *, size: int, device: torch.device) -> Backbone:
    """Build the network without its classifier, load its weights strictly, and measure its width.

    Raises ValueError when a weight is missing, unexpected or of another shape, when weights cannot
    be downloaded (saying what to do offline), and when the network does not take `size` pixels.
    """
    check_name(spec.name)
    known = spec.in_library()
    network = _headless(known)
    mean, std = _normalisation(known)
    if spec.weights_file is not None:
        load_strictly(network, _without_head(read_state(spec.weights_file), known), spec.weights_file)
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
    """Grey uint8 pixels as the network's own input: scaled to 0..1 once, normalised per channel."""
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
    """The ImageNet weights of a backbone, classifier included, downloaded or from the hub's cache.

    Raises ValueError for an unknown name and when the weights cannot be had.
    """
    check_name(name)
    spec = BackboneSpec(name)
    return _hub_torchvision(spec) if name.startswith(TORCHVISION) else _hub_timm(spec).state_dict()


def _hub_timm(spec: BackboneSpec) -> nn.Module:
    """A timm network whole, classifier included, since timm loads strictly only then."""
    try:
        network: nn.Module = timm.create_model(spec.name, pretrained=True, **_arguments(spec))
    except Exception as error:  # each hub has its own family of network errors
        raise offline(spec.name, error) from error
    return network


def _hub_torchvision(spec: BackboneSpec) -> State:
    weights = torchvision.models.get_model_weights(spec.name.removeprefix(TORCHVISION)).DEFAULT
    try:
        state: State = weights.get_state_dict(progress=False, check_hash=True)
    except Exception as error:
        raise offline(spec.name, error) from error
    return state


def _arguments(spec: BackboneSpec) -> dict[str, Any]:
    """The keyword arguments of the network's own constructor."""
    return dict(spec.model_args)


def _headless(spec: BackboneSpec) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # random weights are the same on every machine and in every run
        if spec.name.startswith(TORCHVISION):
            return _headless_torchvision(spec)
        return _headless_timm(spec)


def _headless_timm(spec: BackboneSpec) -> nn.Module:
    if spec.weights == "imagenet":
        network = _hub_timm(spec)
        network.reset_classifier(0)  # type: ignore[operator]
        return network
    network = timm.create_model(spec.name, pretrained=False, num_classes=0, **_arguments(spec))
    return network


def _headless_torchvision(spec: BackboneSpec) -> nn.Module:
    name = spec.name.removeprefix(TORCHVISION)
    network: nn.Module = torchvision.models.get_model(
        name, weights=None, **_quick_init(name), **_arguments(spec)
    )
    if spec.weights == "imagenet":
        network.load_state_dict(_hub_torchvision(spec), strict=True)
    return _remove_head(network)


def _quick_init(name: str) -> dict[str, bool]:
    return {"init_weights": True} if name in ("googlenet", "inception_v3") else {}


def _remove_head(network: nn.Module) -> nn.Module:
    """Cut the head from its last layer with weights onwards; pool where that layer was a convolution."""
    name = _head_name(network)
    head = getattr(network, name)
    layers = list(head) if isinstance(head, nn.Sequential) else [head]
    last = max(i for i, layer in enumerate(layers) if any(True for _ in layer.parameters()))
    pool = [nn.AdaptiveAvgPool2d(1), nn.Flatten(1)] if isinstance(layers[last], nn.Conv2d) else []
    setattr(network, name, nn.Sequential(*layers[:last], *pool))
    return network


def _head_name(network: nn.Module) -> str:
    for name in _HEADS:
        if hasattr(network, name):
            return name
    raise ValueError(f"{type(network).__name__} has no classifier head under any of: {', '.join(_HEADS)}")


def _normalisation(spec: BackboneSpec) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if spec.name.startswith(TORCHVISION):
        transforms = torchvision.models.get_model_weights(
            spec.name.removeprefix(TORCHVISION)
        ).DEFAULT.transforms()
        mean, std = getattr(transforms, "mean", _IMAGENET[0]), getattr(transforms, "std", _IMAGENET[1])
    else:
        config = timm.models.get_pretrained_cfg(spec.name, allow_unregistered=False)
        mean, std = (config.mean, config.std) if config else _IMAGENET
    mean, std = tuple(spec.mean or mean), tuple(spec.std or std)
    channels = int(spec.model_args.get("in_chans", 3))  # type: ignore[arg-type]
    if channels == 1 and len(mean) == 3:
        mean, std = (float(np.mean(mean)),), (float(np.mean(std)),)
    if len(mean) != channels or len(std) != channels:
        raise ValueError(f"backbone '{spec.label}': mean and std need {channels} values each")
    return mean, std


def _without_head(state: State, spec: BackboneSpec) -> State:
    """Drop the tensors of the classifier layer that the headless network no longer has."""
    prefixes = _classifier_layers(spec)
    return {key: value for key, value in state.items() if not key.startswith(prefixes)}


def _classifier_layers(spec: BackboneSpec) -> tuple[str, ...]:
    if not spec.name.startswith(TORCHVISION):
        config = timm.models.get_pretrained_cfg(spec.name, allow_unregistered=False)
        layers = config.classifier if config else None
        return tuple(f"{layer}." for layer in ([layers] if isinstance(layers, str) else layers or _HEADS))
    name = spec.name.removeprefix(TORCHVISION)
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = torchvision.models.get_model(name, weights=None, **_arguments(spec))
        keys = set(whole.state_dict())
        head = _head_name(whole)
        kept = set(_remove_head(whole).state_dict())
    return tuple(sorted({f"{key.rpartition('.')[0]}." for key in keys - kept})) or (f"{head}.",)


def _width(network: nn.Module, spec: BackboneSpec, size: int, channels: int, device: torch.device) -> int:
    blank = torch.zeros((1, channels, size, size), device=device)
    try:
        with torch.inference_mode():
            output = network(blank)
    except torch.OutOfMemoryError:
        raise
    except (AssertionError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ValueError(f"backbone '{spec.label}' does not take {size} × {size} pixels: {reason}") from error
    if output.ndim != 2:
        raise ValueError(f"backbone '{spec.label}' gives {tuple(output.shape)}, not one vector per image")
    return int(output.shape[1])
