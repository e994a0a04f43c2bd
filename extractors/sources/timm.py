"""Backbones of timm: names that timm lists, and `hf-hub:` and `local-dir:` names."""

import logging
import warnings
from typing import Any

import timm
import torch
from torch import nn

from extractors.errors import WeightsUnavailableError
from extractors.exported_weights import HUBS
from extractors.sources import IMAGENET, Normalisation
from extractors.sources.hub import hub_file, hub_origin, offline_without_connection, why_unavailable
from extractors.sources.origin import Origin, origin_in_torch
from extractors.specs import BackboneSpec
from extractors.weights import HEADS, State

_EXTERNAL = (*HUBS, "local-dir:")
_HUB_FILES = (
    *("model.safetensors", "pytorch_model.bin"),
    *("open_clip_model.safetensors", "open_clip_pytorch_model.bin"),
)
_LOG = logging.getLogger(__name__)


def knows(name: str) -> bool:
    """Whether timm lists the architecture; a name on a hub or in a folder is checked when it is built."""
    return name.startswith(_EXTERNAL) or name.split(".")[0] in timm.list_models()


def names() -> list[str]:
    """The architectures that timm lists."""
    listed: list[str] = timm.list_models()
    return listed


def successor(name: str) -> str | None:
    """The present name, with the tag of the same weights, of a network that timm has renamed."""
    renamed: str | None = timm.models._registry._deprecated_models.get(name)
    return renamed


def build(spec: BackboneSpec, pretrained: bool) -> nn.Module:
    """Build the network without its classifier. Raises WeightsUnavailableError, and ValueError for a tag."""
    _check_tag(spec.name)
    if pretrained:
        network = _pretrained(spec)
        network.reset_classifier(0)  # type: ignore[operator]
        return network
    return _created(spec, pretrained=False, num_classes=0)


def fetch(spec: BackboneSpec) -> State:
    """Load the pretrained weights with the classifier. Raises WeightsUnavailableError."""
    _check_tag(spec.name)
    return _pretrained(spec).state_dict()


def provenance(spec: BackboneSpec) -> dict[str, str]:
    """The full name, licence and source of the pretrained weights, as far as timm knows them."""
    if spec.name.startswith(_EXTERNAL):
        return {"full_name": spec.name, "licence": "unknown", "source": spec.name}
    config = timm.models.get_pretrained_cfg(spec.name)
    if config is None:
        return {}
    source = f"hf-hub:{config.hf_hub_id}" if config.hf_hub_id else config.url
    name = f"{config.architecture}.{config.tag}" if config.tag else spec.name
    return {"full_name": name, "licence": config.license or "unknown", "source": str(source or "unknown")}


def origin(spec: BackboneSpec) -> Origin:
    """The hub's cache and its server, torch's cache and an address, or a local folder. Raises ValueError."""
    if spec.name.startswith(HUBS):
        return hub_origin(spec.name.partition(":")[2], ("config.json",), _HUB_FILES)
    if spec.name.startswith(_EXTERNAL):  # `resolve` sets the file of a folder that has one
        return Origin(False, way_out="the folder needs model.safetensors or pytorch_model.bin")
    _check_pretrained(spec)
    config = timm.models.get_pretrained_cfg(spec.name)
    assert config is not None
    if config.hf_hub_id:
        more = [config.hf_hub_filename] if config.hf_hub_filename else []
        return hub_origin(config.hf_hub_id, [*more, *_HUB_FILES])
    return origin_in_torch(str(config.url))


def companions(spec: BackboneSpec) -> dict[str, str]:
    """The text of config.json of a network of a hub. Raises WeightsUnavailableError."""
    if not spec.name.startswith(HUBS):
        return {}
    file = hub_file(spec.name.partition(":")[2], "config.json", spec.name)
    return {file.name: file.read_text(encoding="utf-8")} if file else {}


def normalisation(spec: BackboneSpec, network: nn.Module) -> Normalisation:
    """Mean and std from timm's configuration of the weights, and the network's number of channels."""
    config = _config(spec, network)
    mean, std = (config.mean, config.std) if config else (IMAGENET.mean, IMAGENET.std)
    return Normalisation(tuple(mean), tuple(std), int(spec.model_args.get("in_chans", 3)))  # type: ignore[arg-type]


def head(spec: BackboneSpec, network: nn.Module) -> tuple[str, ...]:
    """The key prefixes of the layers that a network with a classifier has beside those of one without."""
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # initial values on the meta device
        try:
            whole, cut = (_created(spec, pretrained=False, num_classes=n).state_dict() for n in (2, 0))
        except Exception:  # networks that compute with their weights while they are built
            _LOG.debug("'%s' cannot be built without memory", spec.name, exc_info=True)
            whole = cut = {}
    more = {f"{key.rpartition('.')[0]}." for key in whole.keys() - cut.keys()}
    config = _config(spec, network)
    layers = config.classifier if config else None
    named = [f"{layer}." for layer in ([layers] if isinstance(layers, str) else layers or HEADS)]
    return tuple(sorted({*more, *named}))


def _check_tag(name: str) -> None:
    """Raise ValueError for a tag that timm does not have for the architecture."""
    architecture, _, tag = name.partition(".")
    if not tag or name.startswith(_EXTERNAL):
        return
    tags = [listed.partition(".")[2] for listed in timm.list_pretrained(f"{architecture}.*")]
    if tag not in tags:
        known = f"it has: {', '.join(tags)}" if tags else "it has none: use 'weights: random' or a file"
        raise ValueError(f"timm has no weights '{tag}' of '{architecture}'; {known}")


def _check_pretrained(spec: BackboneSpec) -> None:
    """Raise ValueError for a network of timm without pretrained weights."""
    if not spec.name.startswith(_EXTERNAL) and not timm.models.is_model_pretrained(spec.name):
        raise ValueError(
            f"timm has no pretrained weights of '{spec.name}': "
            "use 'weights: random', a file, or another network"
        )


def _pretrained(spec: BackboneSpec) -> nn.Module:
    """The pretrained network with its classifier: without it, timm does not load strictly."""
    _check_pretrained(spec)
    try:
        with offline_without_connection():
            return _created(spec, pretrained=True)
    except Exception as error:  # each hub raises its own network errors
        if not isinstance(error, OSError) and not spec.name.startswith(_EXTERNAL):
            _created(spec, pretrained=False)  # raises the same error where the arguments are at fault
        raise WeightsUnavailableError(spec.name, why_unavailable(error)) from error


def _created(spec: BackboneSpec, **arguments: Any) -> nn.Module:
    if own := [name for name in ("num_classes", "pretrained") if name in spec.model_args]:
        raise ValueError(f"model_args of '{spec.label}' cannot hold {' and '.join(own)}: leave it out")
    return timm.create_model(spec.name, **arguments, **dict[str, Any](spec.model_args))


def _config(spec: BackboneSpec, network: nn.Module) -> "timm.models.PretrainedCfg | None":
    """timm's configuration of the weights; networks of a hub or a folder have their own."""
    if spec.name.startswith(_EXTERNAL):
        return timm.models.PretrainedCfg(**network.pretrained_cfg)  # type: ignore[arg-type]
    return timm.models.get_pretrained_cfg(spec.name, allow_unregistered=False)
