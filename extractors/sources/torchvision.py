"""Backbones of torchvision, with names `torchvision/NAME`."""

import warnings

import torch
import torchvision
from torch import nn

from extractors.errors import WeightsUnavailableError, reason
from extractors.sources import IMAGENET, Normalisation
from extractors.specs import BackboneSpec
from extractors.weights import HEADS, State

_PREFIX = "torchvision/"


def knows(name: str) -> bool:
    """Whether torchvision lists this network for classification."""
    return name in names()


def names() -> list[str]:
    """The full names of the networks for classification."""
    return [_PREFIX + name for name in torchvision.models.list_models(module=torchvision.models)]


def build(spec: BackboneSpec, pretrained: bool) -> nn.Module:
    """Build the network without the last layer of its classifier. Raises WeightsUnavailableError."""
    network = _whole(spec)
    if pretrained:
        network.load_state_dict(fetch(spec), strict=True)
    return _remove_head(network)


def fetch(spec: BackboneSpec) -> State:
    """Load the ImageNet weights with the classifier. Raises WeightsUnavailableError."""
    weights = torchvision.models.get_model_weights(_own_name(spec)).DEFAULT
    try:
        state: State = weights.get_state_dict(progress=False, check_hash=True)
    except Exception as error:  # a download may raise many kinds of errors
        raise WeightsUnavailableError(spec.name, reason(error)) from error
    return state


def normalisation(spec: BackboneSpec, network: nn.Module) -> Normalisation:
    """Mean and std from the transforms of the ImageNet weights."""
    transforms = torchvision.models.get_model_weights(_own_name(spec)).DEFAULT.transforms()
    mean, std = getattr(transforms, "mean", IMAGENET.mean), getattr(transforms, "std", IMAGENET.std)
    return Normalisation(tuple(mean), tuple(std))


def head(spec: BackboneSpec, network: nn.Module) -> tuple[str, ...]:
    """The key prefixes of the layers that `build` cuts off."""
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # initial values on the meta device
        whole = _whole(spec)
        keys = set(whole.state_dict())
        name = _head_name(whole)
        kept = set(_remove_head(whole).state_dict())
    return tuple(sorted({f"{key.rpartition('.')[0]}." for key in keys - kept})) or (f"{name}.",)


def _own_name(spec: BackboneSpec) -> str:
    return spec.name.removeprefix(_PREFIX)


def _whole(spec: BackboneSpec) -> nn.Module:
    name = _own_name(spec)
    # without this argument, both warn that their default initialisation will change
    initial = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    network: nn.Module = torchvision.models.get_model(name, weights=None, **initial, **spec.model_args)
    return network


def _remove_head(network: nn.Module) -> nn.Module:
    """Remove the head's last layer with weights and all after it; pool if that layer was a convolution."""
    name = _head_name(network)
    head = getattr(network, name)
    layers = list(head) if isinstance(head, nn.Sequential) else [head]
    last = max(i for i, layer in enumerate(layers) if any(True for _ in layer.parameters()))
    pool = [nn.AdaptiveAvgPool2d(1), nn.Flatten(1)] if isinstance(layers[last], nn.Conv2d) else []
    setattr(network, name, nn.Sequential(*layers[:last], *pool))
    return network


def _head_name(network: nn.Module) -> str:
    for name in HEADS:
        if hasattr(network, name):
            return name
    raise ValueError(f"{type(network).__name__} has no classifier head under any of: {', '.join(HEADS)}")
