"""The registry of hand-crafted descriptors. Importing it imports neither scikit-image nor numpy.

Other packages add one by an entry point of group `benchmark.descriptors` that loads a Descriptor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from extractors.registry import lazy, with_entry_points

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GROUP = "benchmark.descriptors"
Function = Callable[["NDArray[np.float64]"], "NDArray[Any]"]


@dataclass(frozen=True)
class Descriptor:
    """A function of one image, or a concatenation of other descriptors.

    `function` maps an (H, W) float64 image, grey values stretched to 0..1 by `handcrafted.rescale`, to a
    finite vector (width,) whose width depends on nothing but H and W. It must be a function of a module (or
    `registry.lazy`), since it is pickled for worker processes. Raise `version` when it gives different
    numbers: then its stored embeddings and results become stale, and no others. `cells` gives for each value
    of the vector the cell of a square grid that it describes, counted row by row, or -1 for the whole image.
    `first_guess_ms` estimates its time until it was measured: milliseconds per image (few cores, 224 pixels).
    """

    name: str
    version: int
    label: str  # in the methods text
    function: Function | None = None
    parts: tuple[str, ...] = ()  # instead of a function: names of other descriptors, see `side_by_side`
    library: str = ""  # that computes it, for the methods text
    cells: Callable[[], "NDArray[np.intp]"] | None = None  # of the features, for maps: see above
    first_guess_ms: float = 10.0


_SKIMAGE = "scikit-image"
_PARTS = (
    Descriptor(
        "edges",
        1,
        "edges",
        lazy("extractors.edges:edges"),
        library=_SKIMAGE,
        cells=lazy("extractors.edges:edge_cells"),
        first_guess_ms=10.0,
    ),
    Descriptor(
        "hog",
        1,
        "histograms of oriented gradients",
        lazy("extractors.handcrafted:histogram_of_gradients"),
        library=_SKIMAGE,
        first_guess_ms=0.6,
    ),
    Descriptor(
        "lbp",
        1,
        "local binary patterns",
        lazy("extractors.handcrafted:local_binary_patterns"),
        library=_SKIMAGE,
        first_guess_ms=3.0,
    ),
    Descriptor(
        "glcm",
        1,
        "grey-level co-occurrence matrices",
        lazy("extractors.handcrafted:grey_cooccurrence"),
        library=_SKIMAGE,
        first_guess_ms=2.0,
    ),
)


def side_by_side(name: str, label: str, parts: Sequence[Descriptor]) -> Descriptor:
    """A descriptor that concatenates the vectors of other descriptors.

    Its version rises by one whenever the version of a part does.
    """
    version = 1 + sum(part.version - 1 for part in parts)
    libraries = {part.library for part in parts}
    library = libraries.pop() if len(libraries) == 1 else ""
    together = sum(part.first_guess_ms for part in parts)
    names = tuple(part.name for part in parts)
    return Descriptor(name, version, label, parts=names, library=library, first_guess_ms=together)


_COMBINED = side_by_side(
    "combined", "the features of edges, gradients, patterns and co-occurrences together", _PARTS
)


@cache
def descriptors() -> dict[str, Descriptor]:
    """All descriptors by name. Raises ValueError for an entry point that cannot be used."""
    return with_entry_points(GROUP, (*_PARTS, _COMBINED))
