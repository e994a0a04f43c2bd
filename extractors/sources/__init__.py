"""The registry of backbone sources (timm, torchvision, bundled): networks, weights and normalisation.

Other packages add a source by an entry point of group `benchmark.backbones` that loads a BackboneSource.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from extractors import bundled
from extractors.registry import lazy, with_entry_points
from extractors.sources.network import Network, Resolve, same

if TYPE_CHECKING:  # importing torch takes seconds, which reading a grid file does not need
    from torch import Tensor, nn

GROUP = "benchmark.backbones"
RANDOM = "random"  # untrained weights, which every source has
INSTALLED = "installed"  # weights that another package brings


@dataclass(frozen=True)
class Normalisation:
    """The normalisation of grey values in 0..1 for each input channel: (value - mean) / std."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    channels: int = 3


# timm's IMAGENET_DEFAULT_MEAN and _STD, torchvision's ImageClassification preset
IMAGENET = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@dataclass(frozen=True)
class BackboneSource:
    """A library of pretrained networks. Wrap functions that import heavy libraries in `registry.lazy`.

    All functions except `knows`, `names` and `resolve` get the spec that `resolve` returns.
    """

    name: str
    library: str  # name of the library in the methods text
    prefix: str  # of its backbone names; the source with the longest matching prefix is used
    weights: str  # name of its pretrained weights in a grid file
    knows: Callable[[str], bool]  # full name of a network -> whether it exists
    names: Callable[[], Iterable[str]]  # full names, to suggest one for a mistyped name
    build: Callable[[Network, bool], "nn.Module"]  # (spec, pretrained) -> network without classifier
    normalisation: Callable[[Network, "nn.Module"], Normalisation]  # (spec, headless network)
    head: Callable[[Network, "nn.Module"], tuple[str, ...]]  # key prefixes of the classifier
    fetch: Callable[[Network], dict[str, "Tensor"]] | None = None  # all weights; None: installed along
    resolve: Resolve = same  # the library's name and file
    provenance: Callable[[Network], dict[str, str]] | None = None  # full_name, licence, source
    successor: Callable[[str], str | None] | None = None  # old name of a network -> its present name
    citation: str = ""  # a key of results/methods_text/references.bib
    weights_label: str = ""  # `weights` in the methods text; empty: the same word


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
    resolve=lazy("extractors.sources.installed:resolve"),
    provenance=lazy("extractors.sources.timm:provenance"),
    successor=lazy("extractors.sources.timm:successor"),
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
    resolve=lazy("extractors.sources.torchvision_input:resolve"),
    provenance=lazy("extractors.sources.torchvision:provenance"),
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
    successor=None,
)


@cache
def sources() -> dict[str, BackboneSource]:
    """All sources by name. Raises ValueError for an entry point that cannot be used."""
    return with_entry_points(GROUP, (_BUNDLED, _TIMM, _TORCHVISION))


def source_of(backbone: str) -> BackboneSource:
    """The source of a backbone: the one with the longest matching prefix; timm has the empty prefix."""
    fitting = [source for source in sources().values() if backbone.startswith(source.prefix)]
    return max(fitting, key=lambda source: len(source.prefix))


def named_weights() -> set[str]:
    """The values of `weights` that are names, not paths of files."""
    return {RANDOM, *(source.weights for source in sources().values())}


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
    """The form of a source's names, for messages: `bundled`, `a timm name`, `torchvision/NAME`."""
    if not source.prefix:
        return f"a {source.library} name"
    return f"{source.prefix}NAME" if source.prefix[-1] in "/:" else source.prefix
