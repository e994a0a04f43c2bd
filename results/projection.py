"""Embeddings as points of a plane: principal components, or UMAP where its package is installed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

PCA, UMAP = "pca", "umap"
PROJECTIONS = (PCA, UMAP)
Features = NDArray[Any]  # (n, width) numbers, which may be a memory map
_FITTED = 4_000  # rows that the components are fitted on: they no longer move with more; chosen by hand
_VALUES = 2**26  # numbers of those rows at most (256 MiB)
_BLOCK = 1_024  # rows that are read at once
_BEFORE_UMAP = 50  # principal components that UMAP is given, for speed
_SEED = 0


@dataclass(frozen=True, eq=False)
class Projection:
    """Points (n, 2) float64, and the names of their axes (with the explained variance, where there is one).

    `explained` is the share of the variance of the standardised features on each axis; empty for UMAP.
    """

    points: NDArray[np.float64]
    explained: tuple[float, ...]
    axes: tuple[str, str]


def check_projection(name: str) -> None:
    """Raise ValueError for a projection that does not exist, or whose package is not installed."""
    if name not in PROJECTIONS:
        raise ValueError(f"there is no projection '{name}'; there are {', '.join(PROJECTIONS)}")
    if name == UMAP and find_spec("umap") is None:
        raise ValueError("the projection 'umap' needs umap-learn: install the extra 'umap'")


def project(features: Features, rows: NDArray[np.intp], name: str = PCA) -> Projection:
    """These rows of an embedding on two axes; the same input gives the same points on one machine.

    Features are standardised, as classifiers get them. The components are fitted on at most 4,000 rows, which
    a fixed seed draws, and all rows are projected. UMAP (McInnes et al. 2018) is given the first 50 of them.
    Raises ValueError for a name that `check_projection` refuses, and for an embedding without two components.
    """
    check_projection(name)
    return _umap(features, rows) if name == UMAP else _pca(features, rows)


def _pca(features: Features, rows: NDArray[np.intp]) -> Projection:
    points, explained = _components(features, rows, 2)
    first, second = explained
    axes = (f"component 1 ({first:.0%} of the variance)", f"component 2 ({second:.0%})")
    return Projection(points, (first, second), axes)


def _umap(features: Features, rows: NDArray[np.intp]) -> Projection:
    import umap  # an extra, and slow to import

    points, _ = _components(features, rows, min(_BEFORE_UMAP, len(rows) - 1, features.shape[1]))
    neighbours = min(15, len(rows) - 1)  # 15: the library's default
    model = umap.UMAP(n_components=2, n_neighbors=neighbours, random_state=_SEED, n_jobs=1)
    found = model.fit_transform(points)
    return Projection(np.asarray(found, np.float64), (), ("UMAP 1", "UMAP 2"))


def _components(
    features: Features, rows: NDArray[np.intp], count: int
) -> tuple[NDArray[np.float64], list[float]]:
    """The rows on their first principal components (n, count), and the share of the variance of each."""
    from sklearn import decomposition  # slow to import

    standardise = _standardiser(sample := features[_sample(rows, features.shape[1])])
    fitted = standardise(sample)
    if min(fitted.shape) < count or not fitted.any():
        raise ValueError(f"an embedding of {len(rows)} x {features.shape[1]} has no {count} components")
    model = decomposition.PCA(count, random_state=_SEED).fit(fitted)
    points = np.concatenate([model.transform(standardise(block)) for block in _blocks(features, rows)])
    return points.astype(np.float64), [float(share) for share in model.explained_variance_ratio_]


def _sample(rows: NDArray[np.intp], width: int) -> NDArray[np.intp]:
    most = max(3, min(_FITTED, _VALUES // max(width, 1)))
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(_SEED).choice(rows, most, replace=False))


def _standardiser(sample: Features) -> Callable[[Features], NDArray[np.float32]]:
    mean, spread = sample.mean(axis=0, dtype=np.float64), sample.std(axis=0, dtype=np.float64)
    spread[spread == 0] = 1.0
    return lambda values: ((values - mean) / spread).astype(np.float32)


def _blocks(features: Features, rows: NDArray[np.intp]) -> Iterator[Features]:
    for start in range(0, len(rows), _BLOCK):
        yield features[rows[start : start + _BLOCK]]
