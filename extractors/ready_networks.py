"""Networks as a pass over pixels needs them: loaded, on a device, and run by an engine."""

from pathlib import Path
from typing import Protocol

from extractors.array_store import StoredArray
from extractors.backbones import Backbone, load_backbone
from extractors.devices import choose_device
from extractors.engines.agreement import with_engine
from extractors.specs import BackboneSpec, TokensSpec, embedding_folder
from extractors.token_arrays import load_with_tokens


class LoadNetwork(Protocol):
    """Makes a network ready for some pixels on a device, by torch's name, with an engine."""

    def __call__(
        self, extractor: BackboneSpec | TokensSpec, pixels: StoredArray, device: str, engine: str
    ) -> Backbone: ...


def ready_network(
    extractor: BackboneSpec | TokensSpec, pixels: StoredArray, device: str, engine: str
) -> Backbone:
    """The network, loaded now. Its engine agrees with torch on the first pixels; tokens are torch's.

    Raises what `load_backbone` and `with_engine` raise.
    """
    size, place = pixels.data.shape[1], choose_device(device)
    if isinstance(extractor, TokensSpec):
        return load_with_tokens(extractor.backbone, size=size, device=place)
    return with_engine(load_backbone(extractor, size=size, device=place), engine, pixels.data)


_last: dict[str, Backbone] = {}  # of this process, by all that it depends on


def same_network(
    extractor: BackboneSpec | TokensSpec, pixels: StoredArray, device: str, engine: str
) -> Backbone:
    """As `ready_network`, but the one of the call before, where that asked for the same.

    For a process that embeds several parts of the same pixels and then ends: it holds the network's memory.
    """
    key = f"{embedding_folder(Path(), '', extractor)} {pixels.data.shape[1]} {device} {engine}"
    if key not in _last:
        _last.clear()
        _last[key] = ready_network(extractor, pixels, device, engine)
    return _last[key]
