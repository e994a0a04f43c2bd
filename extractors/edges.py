"""Edge features of a radiograph: Canny, gradients, Laplacian of Gaussian and straight lines."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.ndimage import correlate1d
from skimage.feature import canny
from skimage.transform import hough_line, probabilistic_hough_line

Image = NDArray[np.float64]  # (H, W) in 0..1
Vector = NDArray[np.float64]

# The numbers without a source in this module were chosen by hand; none is tuned.
CELLS = 4  # the image is divided into CELLS × CELLS
CANNY_SIGMAS = (1.0, 2.0, 4.0)
LOG_SIGMAS = (1.0, 2.0, 4.0, 8.0)
ORIENTATIONS = 8
_QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.99)
_DIFFERENCE = np.array([-1.0, 0.0, 1.0])
_SMOOTHING = {  # the kernels of scikit-image's filters
    "sobel": np.array([1, 2, 1]) / 4,
    "scharr": np.array([3, 10, 3]) / 16,
    "prewitt": np.array([1, 1, 1]) / 3,
}
_PEAKS = 5


def edges(image: Image) -> Vector:
    """All edge features of one image: 48 + 165 + 20 + 25 values, whatever its size."""
    contours = [canny(image, sigma=sigma) for sigma in CANNY_SIGMAS]
    densities = [cell_means(contour.astype(float)).ravel() for contour in contours]
    return np.concatenate(
        [*densities, gradient_features(image), blob_features(image), line_features(contours[1])]
    )


def edge_cells() -> NDArray[np.intp]:
    """The cell that each value of `edges` describes, counted row by row; -1 where it is the whole image."""
    cells, whole = np.arange(CELLS**2), partial(np.full, fill_value=-1)
    statistics = 2 + len(_QUANTILES)
    of_gradients = [
        (whole(statistics), np.repeat(cells, ORIENTATIONS) if name == "sobel" else whole(ORIENTATIONS))
        for name in _SMOOTHING
    ]
    densities = np.tile(cells, len(CANNY_SIGMAS))
    rest = whole(len(LOG_SIGMAS) * 5 + 2 * ORIENTATIONS + _PEAKS + 4)  # blobs and lines
    return np.concatenate([densities, *(part for filtered in of_gradients for part in filtered), rest])


def cell_means(values: Image) -> Image:
    """The mean of each of CELLS × CELLS cells; (H, W) to (CELLS, CELLS)."""
    rows = [part.mean(axis=0) for part in np.array_split(values, CELLS, axis=0)]
    return np.stack([[part.mean() for part in np.array_split(row, CELLS)] for row in rows])


def gradient_features(image: Image) -> Vector:
    """Magnitude statistics of Sobel, Scharr and Prewitt; magnitude-weighted orientation histograms.

    Sobel's orientations are counted per cell (each histogram sums to one), the others' over the image.
    """
    features: list[float] = []
    down, across = (correlate1d(image, _DIFFERENCE, axis=axis) for axis in (0, 1))
    for name, smoothing in _SMOOTHING.items():
        dy, dx = correlate1d(down, smoothing, axis=1), correlate1d(across, smoothing, axis=0)
        magnitude = np.hypot(dx, dy)
        features += [magnitude.mean(), magnitude.std(), *np.quantile(magnitude, _QUANTILES)]
        cells = orientation_histograms(dx, dy, magnitude)
        cells = cells if name == "sobel" else cells.sum(axis=0, keepdims=True)
        total = cells.sum(axis=1, keepdims=True)
        features += list(np.divide(cells, total, out=np.zeros_like(cells), where=total > 0).ravel())
    return np.array(features)


def orientation_histograms(dx: Image, dy: Image, magnitude: Image) -> Image:
    """(CELLS², ORIENTATIONS): magnitude per direction of the gradient modulo 180°.

    Bin 0 is centred on the x axis (vertical edges), so that nearly vertical edges fall into one bin.
    """
    turns = np.arctan2(dy, dx) * (ORIENTATIONS / np.pi)
    bins = np.rint(turns).astype(np.intp) % ORIENTATIONS
    height, width = magnitude.shape
    row, column = np.arange(height) * CELLS // height, np.arange(width) * CELLS // width
    place = (row[:, None] * CELLS + column) * ORIENTATIONS + bins
    counts = np.bincount(place.ravel(), magnitude.ravel(), minlength=CELLS**2 * ORIENTATIONS)
    return counts.reshape(CELLS**2, ORIENTATIONS).astype(np.float64)


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
    """Straight lines of a contour image: strength, number, lengths and directions.

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
    angles = np.arctan2(along[:, 1], along[:, 0]) * (ORIENTATIONS / np.pi)
    directions = np.bincount(np.rint(angles).astype(int) % ORIENTATIONS, lengths, minlength=ORIENTATIONS)
    summary = [len(lengths), lengths.sum(), lengths.mean() if len(lengths) else 0.0, lengths.max(initial=0.0)]
    return np.array([*bins, *peaks, *summary, *directions])
