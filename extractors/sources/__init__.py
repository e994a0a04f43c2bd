"""The registry of backbone sources: networks, weights and normalisation of each library.

Other packages add a source by an entry point of group `benchmark.backbones` that loads a BackboneSource.
"""

from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from typing import Any

from extractors import bundled
from extractors.registry import lazy, with_entry_points
from extractors.sources.places import LOCAL_FOLDER, is_path, split_name
from extractors.sources.source import IMAGENET as IMAGENET
from extractors.sources.source import INSTALLED as INSTALLED
from extractors.sources.source import PRETRAINED as PRETRAINED
from extractors.sources.source import RANDOM as RANDOM
from extractors.sources.source import BackboneSource as BackboneSource
from extractors.sources.source import Normalisation as Normalisation

GROUP = "benchmark.backbones"
_NEEDED = ("knows", "names", "build", "normalisation")


def _source(name: str, module: str, functions: str, **facts: Any) -> BackboneSource:
    """A source whose functions, the needed ones and those named here, are in a module of this package."""
    found = {one: lazy(f"extractors.sources.{module}:{one}") for one in (*_NEEDED, *functions.split())}
    return BackboneSource(name=name, **{**found, **facts})


_TIMM = _source(
    "timm",
    "timm",
    "head fetch provenance origin successor companions",
    library="timm",
    citation="wightman2019timm",
    prefix="",
    weights="imagenet",
    weights_label="ImageNet weights",
    resolve=lazy("extractors.sources.installed:resolve"),
)
_TORCHVISION = _source(
    "torchvision",
    "torchvision",
    "head fetch provenance origin",
    library="torchvision",
    citation="torchvision2016",
    prefix="torchvision/",
    weights="imagenet",
    weights_label="ImageNet weights",
    resolve=lazy("extractors.sources.torchvision_input:resolve"),
)
_BUNDLED = replace(
    _TIMM,  # it is a timm network
    name=bundled.NAME,
    prefix=bundled.NAME,
    weights=bundled.NAME,
    weights_label="weights that ship with the benchmark, pretrained on pictures drawn by formulas",
    knows=lazy("extractors.sources.bundled:knows"),
    names=lazy("extractors.sources.bundled:names"),
    resolve=lazy("extractors.sources.bundled:resolve"),
    fetch=None,
    provenance=None,
    origin=None,
    successor=None,
    companions=None,
)
_TRANSFORMERS = _source(
    "transformers",
    "huggingface",
    "resolve files load fetch provenance origin companions",
    library="transformers",
    citation="wolf2020transformers",
    prefix="hf:",
    form="hf:FOLDER_OR_NAME",
    weights=PRETRAINED,
    weights_label="its publisher's weights",
    place="folder",
    travels=False,
)
_OPEN_CLIP = _source(
    "open_clip",
    "open_clip",
    "load fetch provenance origin",
    library="open_clip",
    citation="ilharco2021openclip",
    prefix="open_clip:",
    form="open_clip:MODEL/TAG",
    weights=PRETRAINED,
    weights_label="the weights of its tag",
)
_TORCHXRAYVISION = _source(
    "torchxrayvision",
    "torchxrayvision",
    "head fetch provenance origin",
    library="TorchXRayVision",
    citation="cohen2022xrv",
    prefix="torchxrayvision/",
    weights=PRETRAINED,
    weights_label="weights from chest radiographs",
)
_ONNX = _source(
    "onnx",
    "onnx_file",
    "resolve files load",
    library="ONNX Runtime",
    prefix="onnx:",
    form="onnx:FILE",
    weights=PRETRAINED,
    weights_label="the weights in its file",
    place="file",
    trainable=False,
    travels=False,
)
_PYTHON = _source(
    "python",
    "python_function",
    "files",
    library="a Python function",
    prefix="python:",
    form="python:MODULE:FUNCTION",
    weights=PRETRAINED,
    weights_label="the weights that the function gives it",
    travels=False,
)
_EMBEDDINGS = _source(
    "embeddings",
    "embeddings_file",
    "resolve files vectors",
    library="a file of vectors",
    prefix="embeddings:",
    form="embeddings:FILE",
    weights=PRETRAINED,
    weights_label="weights unknown here",
    place="file",
    trainable=False,
    travels=False,
)
_OWN = (
    *(_BUNDLED, _TIMM, _TORCHVISION, _TRANSFORMERS, _OPEN_CLIP, _TORCHXRAYVISION, _ONNX, _PYTHON),
    _EMBEDDINGS,
)


@cache
def sources() -> dict[str, BackboneSource]:
    """All sources by name. Raises ValueError for an entry point that cannot be used."""
    return with_entry_points(GROUP, _OWN)


def source_of(backbone: str) -> BackboneSource:
    """The source of a backbone: the one with the longest matching prefix; timm has the empty prefix."""
    fitting = [source for source in sources().values() if backbone.startswith(source.prefix)]
    return max(fitting, key=lambda source: len(source.prefix))


def name_without_folder(backbone: str) -> str:
    """The name of a backbone, with the last part of a path in it alone: the same on every machine."""
    source = source_of(backbone)
    prefix, rest = split_name(backbone, source.prefix)
    return prefix + rest.rstrip("/").rpartition("/")[2] if is_path(rest, source.place) else backbone


def named_weights() -> set[str]:
    """The values of `weights` that are names, not paths of files."""
    return {RANDOM, *(source.weights for source in sources().values())}


def why_fixed(backbone: str) -> str:
    """Why a backbone can be neither fine-tuned nor given random weights; empty where it can."""
    if source_of(backbone).trainable:
        return ""
    return (
        f"'{name_without_folder(backbone)}' is frozen: it can be neither fine-tuned nor given other weights"
    )


def travels(backbone: str) -> bool:
    """Whether a network can be built again on another machine, from its name and a file of its weights."""
    return source_of(backbone).travels and not backbone.startswith(LOCAL_FOLDER)


def check_name(backbone: str) -> None:
    """Raise ValueError, with the nearest names, for a network that its source does not have."""
    source = source_of(backbone)
    if source.knows(backbone):
        return
    if source.successor and (name := source.successor(backbone)):
        raise ValueError(f"there is no backbone {backbone!r}: {source.library} now calls it '{name}'")
    known = [name for source in sources().values() for name in source.names()]
    near = get_close_matches(backbone, known, n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    *forms, last = (_form(source) for source in sources().values())
    raise ValueError(f"there is no backbone {backbone!r}{hint} ({', '.join(forms)}, or {last})")


def _form(source: BackboneSource) -> str:
    """The form of a source's names, for messages: `bundled`, `a timm name`, `onnx:FILE`."""
    if source.form:
        return source.form
    if not source.prefix:
        return f"a {source.library} name"
    return f"{source.prefix}NAME" if source.prefix[-1] in "/:" else source.prefix
