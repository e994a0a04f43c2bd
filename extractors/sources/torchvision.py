"""Backbones of torchvision, with names `torchvision/NAME`."""

import warnings
from http.client import HTTPException

import torch
import torchvision
from torch import nn

from extractors.errors import WeightsUnavailableError, reason
from extractors.library_names import rename_all
from extractors.sources import IMAGENET, Normalisation
from extractors.sources.connection import is_reachable
from extractors.sources.origin import Origin, origin_in_torch
from extractors.sources.torchvision_input import PREFIX
from extractors.specs import BackboneSpec
from extractors.weights import AUXILIARY, HEADS, State


def knows(name: str) -> bool:
    """Whether torchvision lists this network for classification."""
    return name in names()


def names() -> list[str]:
    """The full names of the networks for classification."""
    return [PREFIX + name for name in torchvision.models.list_models(module=torchvision.models)]


def build(spec: BackboneSpec, pretrained: bool) -> nn.Module:
    """Build the network without the last layer of its classifier. Raises WeightsUnavailableError."""
    return _remove_head(_pretrained(spec) if pretrained else _whole(spec))


def fetch(spec: BackboneSpec) -> State:
    """Load the ImageNet weights with the classifier. Raises WeightsUnavailableError."""
    weights = _weights(spec)
    _check_connection(spec)
    try:
        state: State = weights.get_state_dict(progress=False, check_hash=True)
    except Exception as error:  # a download may raise many kinds of errors
        raise WeightsUnavailableError(spec.name, reason(error)) from error
    return rename_all(state, spec.name)


def provenance(spec: BackboneSpec) -> dict[str, str]:
    """The full name, licence and source of the ImageNet weights."""
    weights = _weights(spec)
    return {
        "full_name": f"{spec.name} ({weights})",
        "licence": "BSD-3-Clause (torchvision)",
        "source": str(weights.url),
    }


def origin(spec: BackboneSpec) -> Origin:
    """torch's cache, and the address of the ImageNet weights."""
    return origin_in_torch(str(_weights(spec).url))


def normalisation(spec: BackboneSpec, network: nn.Module) -> Normalisation:
    """Mean and std from the transforms of the ImageNet weights."""
    transforms = _weights(spec).transforms()
    mean, std = getattr(transforms, "mean", IMAGENET.mean), getattr(transforms, "std", IMAGENET.std)
    return Normalisation(tuple(mean), tuple(std))


def head(spec: BackboneSpec, network: nn.Module) -> tuple[str, ...]:
    """The key prefixes of the layers that `build` cuts off."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # initial values on the meta device
        try:
            with torch.device("meta"):
                whole = _whole(spec)
        except NotImplementedError:  # RegNet computes with tensors while it is built
            whole = _whole(spec)
    keys = set(whole.state_dict())
    name = _head_name(whole)
    kept = set(_remove_head(whole).state_dict())
    return tuple(sorted({f"{key.rpartition('.')[0]}." for key in keys - kept})) or (f"{name}.",)


def _own_name(spec: BackboneSpec) -> str:
    return spec.name.removeprefix(PREFIX)


def _weights(spec: BackboneSpec) -> torchvision.models.WeightsEnum:
    return torchvision.models.get_model_weights(_own_name(spec)).DEFAULT


def _pretrained(spec: BackboneSpec) -> nn.Module:
    """The network as torchvision's own builder makes it, with all that it sets beside the weights."""
    _check_connection(spec)
    try:
        network: nn.Module = torchvision.models.get_model(
            _own_name(spec), weights=_weights(spec), progress=False, **spec.model_args
        )
    except (OSError, HTTPException) as error:
        raise WeightsUnavailableError(spec.name, reason(error)) from error
    return network


def _check_connection(spec: BackboneSpec) -> None:
    """Raise WeightsUnavailableError at once where the weights are not here and cannot be downloaded."""
    known = origin(spec)
    if not known.here and not is_reachable(known.address):
        raise WeightsUnavailableError(spec.name, f"no connection to {known.host}")


def _whole(spec: BackboneSpec) -> nn.Module:
    name = _own_name(spec)
    # without this argument, both warn that their default initialisation will change
    initial = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    if spec.pretrained and name.startswith("vit_"):  # for a file with these weights: the builder's own size
        initial["image_size"] = _weights(spec).meta["min_size"][0]
    network: nn.Module = torchvision.models.get_model(name, weights=None, **{**initial, **spec.model_args})
    if not spec.model_args.get("aux_logits"):
        for layer in AUXILIARY:
            if hasattr(network, layer.strip(".")):
                network.aux_logits = False  # type: ignore[assignment]
                setattr(network, layer.strip("."), None)
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
