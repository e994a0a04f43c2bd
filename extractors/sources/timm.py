"""Backbones of timm: names that timm lists, and `hf-hub:` and `local-dir:` names."""

from typing import Any

import timm
from torch import nn

from extractors.errors import WeightsUnavailableError, reason
from extractors.sources import IMAGENET, Normalisation
from extractors.specs import BackboneSpec
from extractors.weights import HEADS, State

_EXTERNAL = ("hf-hub:", "hf_hub:", "local-dir:")


def knows(name: str) -> bool:
    """Whether timm lists the architecture; a name on a hub or in a folder is checked when it is built."""
    return name.startswith(_EXTERNAL) or name.split(".")[0] in timm.list_models()


def names() -> list[str]:
    """The architectures that timm lists."""
    listed: list[str] = timm.list_models()
    return listed


def build(spec: BackboneSpec, pretrained: bool) -> nn.Module:
    """Build the network without its classifier. Raises WeightsUnavailableError."""
    if pretrained:
        network = _pretrained(spec)
        network.reset_classifier(0)  # type: ignore[operator]
        return network
    return _created(spec, pretrained=False, num_classes=0)


def fetch(spec: BackboneSpec) -> State:
    """Load the pretrained weights with the classifier. Raises WeightsUnavailableError."""
    return _pretrained(spec).state_dict()


def normalisation(spec: BackboneSpec, network: nn.Module) -> Normalisation:
    """Mean and std from timm's configuration of the weights, and the network's number of channels."""
    config = _config(spec, network)
    mean, std = (config.mean, config.std) if config else (IMAGENET.mean, IMAGENET.std)
    return Normalisation(tuple(mean), tuple(std), int(spec.model_args.get("in_chans", 3)))  # type: ignore[arg-type]


def head(spec: BackboneSpec, network: nn.Module) -> tuple[str, ...]:
    """The key prefixes of the classifier layer or layers."""
    config = _config(spec, network)
    layers = config.classifier if config else None
    return tuple(f"{layer}." for layer in ([layers] if isinstance(layers, str) else layers or HEADS))


def _pretrained(spec: BackboneSpec) -> nn.Module:
    """The pretrained network with its classifier: without it, timm does not load strictly."""
    try:
        return _created(spec, pretrained=True)
    except Exception as error:  # each hub raises its own network errors
        raise WeightsUnavailableError(spec.name, reason(error)) from error


def _created(spec: BackboneSpec, **arguments: Any) -> nn.Module:
    return timm.create_model(spec.name, **arguments, **dict[str, Any](spec.model_args))


def _config(spec: BackboneSpec, network: nn.Module) -> "timm.models.PretrainedCfg | None":
    """timm's configuration of the weights; networks of a hub or a folder have their own."""
    if spec.name.startswith(_EXTERNAL):
        return timm.models.PretrainedCfg(**network.pretrained_cfg)  # type: ignore[arg-type]
    return timm.models.get_pretrained_cfg(spec.name, allow_unregistered=False)
