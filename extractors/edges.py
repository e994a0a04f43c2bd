"""Edge features of a radiograph: Canny, gradients, Laplacian of Gaussian and straight lines."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.feature import canny
from skimage.filters import prewitt_h, prewitt_v, scharr_h, scharr_v, sobel_h, sobel_v
from skimage.transform import hough_line, probabilistic_hough_line

Image = NDArray[np.float64]  # (H, W) in 0..1
Vector = NDArray[np.float64]
Filter = Callable[[Image], Image]

CELLS = 4  # the image is divided into CELLS × CELLS
CANNY_SIGMAS = (1.0, 2.0, 4.0)
LOG_SIGMAS = (1.0, 2.0, 4.0, 8.0)
ORIENTATIONS = 8
_QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.99)
_GRADIENTS: tuple[tuple[Filter, Filter], ...] = (
    (sobel_h, sobel_v),
    (scharr_h, scharr_v),
    (prewitt_h, prewitt_v),
)
_PEAKS = 5


def edges(image: Image) -> Vector:
    """All edge features of one image: 48 + 165 + 20 + 25 values, whatever its size."""
    contours = [canny(image, sigma=sigma) for sigma in CANNY_SIGMAS]
    densities = [cell_means(contour.astype(float)).ravel() for contour in contours]
    return np.concatenate(
        [*densities, gradient_features(image), blob_features(image), line_features(contours[1])]
    )


def cell_means(values: Image) -> Image:
    """The mean of each of CELLS × CELLS cells; (H, W) to (CELLS, CELLS)."""
    rows = [part.mean(axis=0) for part in np.array_split(values, CELLS, axis=0)]
    return np.stack([[part.mean() for part in np.array_split(row, CELLS)] for row in rows])


def gradient_features(image: Image) -> Vector:
    """Magnitude statistics of Sobel, Scharr and Prewitt; magnitude-weighted orientation histograms.

    Sobel's orientations are counted per cell (each histogram sums to one), the others' over the image.
    """
    features = []
    for number, (horizontal, vertical) in enumerate(_GRADIENTS):
        dy, dx = horizontal(image), vertical(image)
        magnitude = np.hypot(dx, dy)
        features += [magnitude.mean(), magnitude.std(), *np.quantile(magnitude, _QUANTILES)]
        layers = _orientation_layers(dx, dy, magnitude)
        cells = np.stack([cell_means(layer) for layer in layers], axis=-1)
        cells = cells if number == 0 else cells.mean(axis=(0, 1), keepdims=True)
        total = cells.sum(axis=-1, keepdims=True)
        features += list(np.divide(cells, total, out=np.zeros_like(cells), where=total > 0).ravel())
    return np.array(features)


def blob_features(image: Image) -> Vector:
    """Per scale of the Laplacian of Gaussian: mean size, spread, two quantiles, share of sign changes."""
    features = []
    for sigma in LOG_SIGMAS:
        response = sigma**2 * ndimage.gaussian_laplace(image, sigma)
        size = np.abs(response)
        crossings = (np.diff(np.sign(response), axis=0) != 0).mean()
        features += [size.mean(), response.std(), *np.quantile(size, (0.9, 0.99)), crossings]
    return np.array(features)


def line_features(contour: NDArray[np.bool_]) -> Vector:
    """Straight lines of a contour image: how long, how many, in which directions.

    From Hough's accumulator (Duda and Hart 1972) the largest votes per direction bin and in all, and
    from its seeded probabilistic form (Galamhos et al. 1999) the segments' number and lengths, all in
    units of the image's diagonal.
    """
    diagonal = float(np.hypot(*contour.shape))
    votes, _, _ = hough_line(contour)
    strongest = votes.max(axis=0) / diagonal
    bins = [part.max() for part in np.array_split(strongest, ORIENTATIONS)]
    peaks = np.sort(strongest)[::-1][:_PEAKS]
    gap, shortest = max(1, round(diagonal / 100)), max(3, round(diagonal / 20))
    segments = probabilistic_hough_line(contour, threshold=10, line_length=shortest, line_gap=gap, rng=0)
    ends = np.array(segments, dtype=float).reshape(-1, 2, 2)
    along = ends[:, 1] - ends[:, 0]
    lengths = np.hypot(along[:, 0], along[:, 1]) / diagonal
    angles = np.mod(np.arctan2(along[:, 1], along[:, 0]), np.pi)
    directions, _ = np.histogram(angles, bins=ORIENTATIONS, range=(0, np.pi), weights=lengths)
    summary = [len(lengths), lengths.sum(), lengths.mean() if len(lengths) else 0.0, lengths.max(initial=0.0)]
    return np.array([*bins, *peaks, *summary, *directions])


def _orientation_layers(dx: Image, dy: Image, magnitude: Image) -> list[Image]:
    """The magnitude, spread over one layer per direction of the gradient modulo 180°."""
    angle = np.mod(np.arctan2(dy, dx), np.pi)
    bins = np.minimum((angle * (ORIENTATIONS / np.pi)).astype(int), ORIENTATIONS - 1)
    return [np.where(bins == number, magnitude, 0.0) for number in range(ORIENTATIONS)]
