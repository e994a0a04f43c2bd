"""The sources of backbones, by name: each knows its networks, their weights and how pixels enter them.

Other packages add a source by an entry point of group `benchmark.backbones` that loads a BackboneSource.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from extractors import bundled
from extractors.registry import lazy, with_entry_points

if TYPE_CHECKING:  # the grid file is read without torch
    from torch import Tensor, nn

    from extractors.specs import BackboneSpec

GROUP = "benchmark.backbones"
RANDOM = "random"  # the weights that every network of every source has


@dataclass(frozen=True)
class Normalisation:
    """How grey values in 0..1 enter a network of so many channels: (value - mean) / std, per channel."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    channels: int = 3


def _same(spec: "BackboneSpec") -> "BackboneSpec":
    return spec


@dataclass(frozen=True)
class BackboneSource:
    """A library of pretrained networks. Wrap functions that import heavy libraries in `registry.lazy`.

    All functions but `knows`, `names` and `resolve` are given what `resolve` returns.
    """

    name: str
    library: str  # the library's name in a text
    citation: str  # a key of results/methods_text/references.bib; empty for none
    prefix: str  # of the backbone names that it answers for; the longest that fits decides
    weights: str  # the name of its own pretrained weights in a grid
    weights_label: str  # and in a text
    knows: Callable[[str], bool]  # is there a network of this full name?
    names: Callable[[], Iterable[str]]  # full names, from which the nearest to a mistyped one are shown
    build: Callable[["BackboneSpec", bool], "nn.Module"]  # (spec, with its own weights?): headless network
    normalisation: Callable[["BackboneSpec", "nn.Module"], Normalisation]  # of the headless network
    head: Callable[["BackboneSpec", "nn.Module"], tuple[str, ...]]  # key prefixes of the classifier's tensors
    fetch: Callable[["BackboneSpec"], dict[str, "Tensor"]] | None = None  # all weights; None: they ship along
    resolve: Callable[["BackboneSpec"], "BackboneSpec"] = _same  # the spec whose name and file decide numbers


_TIMM = BackboneSource(
    name="timm",
    library="timm",
    citation="wightman2019timm",
    prefix="",
    weights="imagenet",
    weights_label="ImageNet weights",
    knows=lazy("extractors.sources.timm:knows"),
    names=lazy("extractors.sources.timm:names"),
    build=lazy("extractors.sources.timm:build"),
    normalisation=lazy("extractors.sources.timm:normalisation"),
    head=lazy("extractors.sources.timm:head"),
    fetch=lazy("extractors.sources.timm:fetch"),
    resolve=lazy("extractors.sources.local_folder:resolve"),
)
_TORCHVISION = BackboneSource(
    name="torchvision",
    library="torchvision",
    citation="torchvision2016",
    prefix="torchvision/",
    weights="imagenet",
    weights_label="ImageNet weights",
    knows=lazy("extractors.sources.torchvision:knows"),
    names=lazy("extractors.sources.torchvision:names"),
    build=lazy("extractors.sources.torchvision:build"),
    normalisation=lazy("extractors.sources.torchvision:normalisation"),
    head=lazy("extractors.sources.torchvision:head"),
    fetch=lazy("extractors.sources.torchvision:fetch"),
)
_BUNDLED = replace(
    _TIMM,  # which builds it
    name=bundled.NAME,
    prefix=bundled.NAME,
    weights=bundled.NAME,
    weights_label="weights that ship with the benchmark, pretrained on pictures drawn by formulas",
    knows=lazy("extractors.sources.bundled:knows"),
    names=lazy("extractors.sources.bundled:names"),
    resolve=lazy("extractors.sources.bundled:resolve"),
    fetch=None,
)


@cache
def sources() -> dict[str, BackboneSource]:
    """All sources by name. Raises ValueError for an entry point that cannot be used."""
    return with_entry_points(GROUP, (_BUNDLED, _TIMM, _TORCHVISION))


def source_of(backbone: str) -> BackboneSource:
    """The source that answers for a backbone's name: a prefix of its own, or else timm."""
    fitting = [source for source in sources().values() if backbone.startswith(source.prefix)]
    return max(fitting, key=lambda source: len(source.prefix))


def named_weights() -> set[str]:
    """The words that name weights rather than a file of them."""
    return {RANDOM, *(source.weights for source in sources().values())}


def check_name(backbone: str) -> None:
    """Raise ValueError, with the nearest names, for a network that its source does not have."""
    if source_of(backbone).knows(backbone):
        return
    known = [name for source in sources().values() for name in source.names()]
    near = get_close_matches(backbone, known, n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    *forms, last = (_form(source) for source in sources().values())
    raise ValueError(f"there is no backbone '{backbone}'{hint} ({', '.join(forms)}, or {last})")


def _form(source: BackboneSource) -> str:
    """What the names of a source look like: `bundled`, `a timm name`, `torchvision/NAME`."""
    if not source.prefix:
        return f"a {source.library} name"
    return f"{source.prefix}NAME" if source.prefix[-1] in "/:" else source.prefix
