"""Whether an image is like the training images: its distance to them in the embedding.

The distance to the k-th nearest training image on the unit sphere (Sun et al. 2022, "Out-of-distribution
detection with deep nearest neighbors"); the limit is a quantile of the training images' own distances to
those of other patients.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from classifiers.selection import Floats
from classifiers.train_and_test import Matrix

REFERENCES = 1_000  # training images that are kept at most: a few megabytes; chosen by hand
NEIGHBOUR = 5  # which neighbour's distance counts; chosen by hand
QUANTILE = 0.99  # of the training images' distances; one in a hundred images like them is called unlike
_FILE = "training_images.safetensors"


@dataclass(frozen=True, eq=False)
class Familiarity:
    """Directions (r, d) of training images from their `centre` (d,), and the limit of the distance."""

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    directions: NDArray[np.float16]
    limit: float

    def distances(self, rows: Matrix) -> Floats:
        """The distance (m,) of embeddings (m, d) to their NEIGHBOUR-th nearest training image: 0 to 2."""
        return _nearest(_directions(rows, self.centre, self.scale) @ self.directions.astype(np.float32).T)

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        arrays: dict[str, NDArray[Any]] = {
            "centre": self.centre,
            "scale": self.scale,
            "directions": self.directions,
            "limit": np.array([self.limit]),
        }
        save_file(arrays, folder / _FILE)


def load_familiarity(folder: Path) -> Familiarity:
    """Read it from a folder. Raises OSError, ValueError or KeyError for a file that is absent or damaged."""
    arrays = load_file(folder / _FILE)
    return Familiarity(arrays["centre"], arrays["scale"], arrays["directions"], float(arrays["limit"][0]))


def familiarity_of(rows: Matrix, patients: NDArray[Any]) -> Familiarity:
    """The training images' embeddings (n, d), of which the first REFERENCES are kept; a row per patient name.

    Training rows are in a random order of patients, so that the first are a random part.
    """
    rows, patients = rows[:REFERENCES], patients[:REFERENCES].astype(str)
    centre = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = rows.std(axis=0, dtype=np.float64).astype(np.float32)
    scale = np.where(spread > 0, spread, 1).astype(np.float32)
    directions = _directions(rows, centre, scale).astype(np.float16)
    likeness = directions.astype(np.float32) @ directions.astype(np.float32).T
    likeness[patients[:, None] == patients[None, :]] = -1  # a patient's other views are no evidence
    return Familiarity(centre, scale, directions, float(np.quantile(_nearest(likeness), QUANTILE)))


def _directions(rows: Matrix, centre: NDArray[np.float32], scale: NDArray[np.float32]) -> Matrix:
    centred = (rows - centre) / scale
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)


def _nearest(likeness: Matrix) -> Floats:
    """The distance to the NEIGHBOUR-th nearest by cosines (m, r) with the training images."""
    count = min(NEIGHBOUR, likeness.shape[1])
    cosines = np.partition(likeness, -count, axis=1)[:, -count].astype(np.float64)
    return np.sqrt(np.maximum(2 - 2 * cosines, 0))
