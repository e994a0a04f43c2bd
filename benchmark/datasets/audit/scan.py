"""Read every image of a data set once: a small picture, its key points, and what its file says of itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from benchmark.datasets.audit.key_points import KeyPoints, find_key_points
from benchmark.datasets.audit.marks import MARK_FEATURES, mark_features
from benchmark.datasets.audit.pictures import Pictures
from benchmark.datasets.dicom.facts import DicomFacts, dicom_facts
from extractors.grey_values import grey_image
from extractors.image_files import ImageFileError, header_of, open_image

_CHUNK = 64  # images that a worker reads at once; chosen by hand


@dataclass(frozen=True)
class Scan:
    """What was read of n images.

    `facts` (n, 3) int64 are width, height and bits of each file, `marks` (n, MARK_FEATURES) float32, `errors`
    (n,) the reasons why an image could not be read, "" where it could; its row is then zero elsewhere.
    `dicom` (n,) is what the header of a DICOM file says, None for other files; without any, it may be empty.
    """

    pictures: Pictures
    facts: NDArray[np.int64]
    marks: NDArray[np.float32]
    key_points: KeyPoints
    errors: list[str]
    dicom: Sequence[DicomFacts | None] = ()


def scan(paths: Sequence[Path], jobs: int, progress: Callable[[int], None] = lambda images: None) -> Scan:
    """Read the images in parallel processes; `progress` is told the number of images just read."""
    chunks = [paths[start : start + _CHUNK] for start in range(0, len(paths), _CHUNK)]
    parts = []
    for part in Parallel(n_jobs=jobs, return_as="generator")(delayed(_scan_chunk)(chunk) for chunk in chunks):
        parts.append(part)
        progress(len(part.errors))
    return Scan(
        Pictures.joined([part.pictures for part in parts]),
        np.concatenate([part.facts for part in parts]),
        np.concatenate([part.marks for part in parts]),
        KeyPoints.joined([part.key_points for part in parts]),
        [error for part in parts for error in part.errors],
        [facts for part in parts for facts in part.dicom],
    )


def _scan_chunk(paths: Sequence[Path]) -> Scan:
    count = len(paths)
    pictures = Pictures.blank(count)
    ranks = np.zeros_like(pictures.grey)
    facts, marks = np.zeros((count, 3), np.int64), np.zeros((count, MARK_FEATURES), np.float32)
    errors = [""] * count
    for row, path in enumerate(paths):
        try:
            with open_image(path) as image:
                header = header_of(image)
                grey = grey_image(image)
        except ImageFileError as error:
            errors[row] = str(error)
            continue
        ranks[row] = pictures.put(row, grey)
        facts[row] = header.width, header.height, header.bits
        marks[row] = mark_features(grey)
    key_points = find_key_points(ranks, pictures.extents)
    return Scan(pictures, facts, marks, key_points, errors, [dicom_facts(path) for path in paths])
