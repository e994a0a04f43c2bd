"""Compute hand-crafted descriptors: one vector per image and descriptor, in several processes."""

from collections.abc import Mapping, Sequence
from time import perf_counter

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from PIL import Image as Pillow
from skimage.feature import graycomatrix, graycoprops, hog, local_binary_pattern

from extractors.descriptors import Function, descriptors
from extractors.edges import Image, Vector
from extractors.orphans import ending_with_this

Pixels = NDArray[np.uint8]

# The numbers without a source in this module were chosen by hand; none is tuned.
HOG_SIDE = 128  # pixels; fixed, so that the width of the vector does not depend on the image's size
LBP_RINGS = ((8, 1), (8, 3))  # (points, radius in pixels)
LBP_CELLS = 3
GREY_LEVELS = 32
GLCM_DISTANCES = (1, 2, 4)
GLCM_ANGLES = (0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
GLCM_PROPERTIES = ("contrast", "dissimilarity", "homogeneity", "energy", "correlation", "ASM", "entropy")
_CHUNK = 32
_RESCALE = "rescale"  # key of the seconds of `rescale`, which all descriptors share


def rescale(pixels: Pixels) -> Image:
    """Grey values as 0..1 between the 1st and 99th percentile of the pixels that are not black border."""
    inside = pixels[pixels > 0]
    if not len(inside):
        return np.zeros(pixels.shape)
    low, high = np.percentile(inside, (1, 99))
    rescaled: Image = np.clip((pixels - low) / max(high - low, 1.0), 0, 1)
    return rescaled


def histogram_of_gradients(image: Image) -> Vector:
    """HOG (Dalal and Triggs 2005; scikit-image) on a square of HOG_SIDE pixels: 1,764 values.

    9 orientations and blocks of 2 × 2 cells as in the paper; cells of 16 × 16 instead of 8 × 8 pixels.
    """
    square = Pillow.fromarray((image * 255).round().astype(np.uint8)).resize((HOG_SIDE, HOG_SIDE))
    features: Vector = hog(
        np.asarray(square) / 255, orientations=9, pixels_per_cell=(16, 16), cells_per_block=(2, 2)
    )
    return features


def local_binary_patterns(image: Image) -> Vector:
    """Histograms of uniform patterns (Ojala et al. 2002) per cell and ring: 180 values."""
    grey = (image * 255).round().astype(np.uint8)
    features = []
    for points, radius in LBP_RINGS:
        codes = local_binary_pattern(grey, points, radius, method="uniform").astype(int)
        for band in np.array_split(codes, LBP_CELLS, axis=0):
            for cell in np.array_split(band, LBP_CELLS, axis=1):
                features.append(np.bincount(cell.ravel(), minlength=points + 2) / cell.size)
    return np.concatenate(features)


def grey_cooccurrence(image: Image) -> Vector:
    """Haralick's properties (1973) per distance, mean and range over four angles, and in the quadrants.

    42 values of the whole image, then the 21 means of each quadrant: 126 in all.
    """
    levels = np.minimum((image * GREY_LEVELS).astype(np.uint8), GREY_LEVELS - 1)
    whole = _haralick(levels)
    features = [whole.mean(axis=2).ravel(), np.ptp(whole, axis=2).ravel()]
    for band in np.array_split(levels, 2, axis=0):
        features += [_haralick(quadrant).mean(axis=2).ravel() for quadrant in np.array_split(band, 2, axis=1)]
    return np.concatenate(features)


def describe(images: Pixels, names: Sequence[str], jobs: int = 1) -> dict[str, NDArray[np.float32]]:
    """The named descriptors of (n, H, W) uint8 images, each (n, width) float32, in `jobs` processes.

    A descriptor that is also a part of another one is computed once. Raises KeyError for an unknown name.
    """
    return describe_timed(images, names, jobs)[0]


def describe_timed(
    images: Pixels, names: Sequence[str], jobs: int = 1
) -> tuple[dict[str, NDArray[np.float32]], dict[str, float]]:
    """Like `describe`; also returns the seconds that each descriptor alone would have taken."""
    began = perf_counter()
    own = {name: descriptors()[name].parts or (name,) for name in names}
    functions = {part: _function(part) for parts in own.values() for part in parts}
    chunks = [images[start : start + _CHUNK] for start in range(0, len(images), _CHUNK)]
    done = Parallel(n_jobs=min(jobs, len(chunks)), **ending_with_this())(
        delayed(_describe_chunk)(chunk, functions) for chunk in chunks
    )
    vectors = {part: np.concatenate([chunk[part] for chunk, _ in done]) for part in functions}
    busy = {work: sum(seconds[work] for _, seconds in done) for work in (_RESCALE, *functions)}
    elapsed = (perf_counter() - began) / sum(busy.values())
    alone = {name: elapsed * (busy[_RESCALE] + sum(busy[part] for part in own[name])) for name in names}
    return {name: np.hstack([vectors[part] for part in own[name]]) for name in names}, alone


def _function(name: str) -> Function:
    function = descriptors()[name].function
    if function is None:
        raise ValueError(f"descriptor '{name}' has neither a function nor parts")
    return function


def _describe_chunk(
    images: Pixels, functions: Mapping[str, Function]
) -> tuple[dict[str, NDArray[np.float32]], dict[str, float]]:
    """The vectors of each function, and the seconds of each and of the shared `rescale`."""
    began = perf_counter()
    rescaled = [rescale(pixels) for pixels in images]
    vectors, seconds = {}, {_RESCALE: perf_counter() - began}
    for part, function in functions.items():
        began = perf_counter()
        vectors[part] = np.stack([function(image) for image in rescaled]).astype(np.float32)
        seconds[part] = perf_counter() - began
    return vectors, seconds


def _haralick(levels: Pixels) -> NDArray[np.float64]:
    """(properties, distances, angles)."""
    matrix = graycomatrix(levels, GLCM_DISTANCES, GLCM_ANGLES, GREY_LEVELS, symmetric=True, normed=True)
    return np.stack([graycoprops(matrix, name) for name in GLCM_PROPERTIES])
