"""The class of a backbone source, and the words that all sources have in common."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from extractors.sources.network import Network, Resolve, same
from extractors.sources.origin import Origin

if TYPE_CHECKING:  # importing torch takes seconds, which reading a grid file does not need
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

RANDOM = "random"  # untrained weights
INSTALLED = "installed"  # weights that another package brings
PRETRAINED = "pretrained"  # the weights that a name or a folder stands for


@dataclass(frozen=True)
class Normalisation:
    """The normalisation of grey values in 0..1 for each input channel: (value - mean) / std.

    `size` is the side in pixels that the network was trained with, 0 where that is not known.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    channels: int = 3
    size: int = 0


# timm's IMAGENET_DEFAULT_MEAN and _STD, torchvision's ImageClassification preset
IMAGENET = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def no_head(spec: Network, network: "nn.Module") -> tuple[str, ...]:
    """No key prefixes: the files of a source that has a `load` of its own, or no classifier."""
    return ()


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
    head: Callable[[Network, "nn.Module"], tuple[str, ...]] = no_head  # key prefixes of the classifier
    fetch: Callable[[Network], dict[str, "Tensor"]] | None = None  # all weights; None: installed along
    resolve: Resolve = same  # the library's name and file
    provenance: Callable[[Network], dict[str, str]] | None = None  # full_name, licence, source
    origin: Callable[[Network], Origin] | None = None  # of the pretrained weights; asks no server
    successor: Callable[[str], str | None] | None = None  # old name of a network -> its present name
    citation: str = ""  # a key of results/methods_text/references.bib
    weights_label: str = ""  # `weights` in the methods text; empty: the same word
    form: str = ""  # of its names, for messages; empty: the prefix and NAME
    place: str = ""  # what follows the prefix: a path of a "file", of a "folder" or a name, or (empty) a name
    files: Callable[[Network], Iterable[Path]] | None = None  # beside the weights, that decide the vectors
    load: Callable[[Network, "nn.Module", Path], str] | None = (
        None  # a file, strictly; None: as `weights` does
    )
    companions: Callable[[Network], dict[str, str]] | None = None  # texts by file name, exported with weights
    travels: bool = True  # False: it needs files of this machine, or a hub, beside its weights
    trainable: bool = True  # False: it can neither be fine-tuned nor have random weights
    vectors: "Callable[[Network, Sequence[str]], NDArray[np.float32]] | None" = (
        None  # of images, by their ids
    )
