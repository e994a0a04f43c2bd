"""Counts of a data set on which a proposal rests: training images per part, and studies of the test set."""

import math
from dataclasses import dataclass
from pathlib import Path

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.names import EVERY_PART
from benchmark.datasets.splits import pool_and_test, rows_showing
from benchmark.errors import UserError

MARGINS = (0.02, 0.03, 0.05, 0.1)  # of AUROC; the first is a grid's default
_USUAL_AUROC = 0.85  # of two compared methods, and the correlation of their estimates; chosen by hand
_USUAL_CORRELATION = 0.5
_FEWEST = 4  # images or studies of each class that can be fitted and tested at all


@dataclass(frozen=True)
class PartCounts:
    """Training images, patients and images of the rarer class of a part; test studies of each class."""

    name: str
    train: int
    patients: int
    rarer: int
    test_normal: int
    test_abnormal: int


def protocol_of(manifest: Manifest) -> str:
    """The data set's own split where it has a test part, else one by patient."""
    return "official" if manifest.evaluated_on else "patient"


def counts_of(data: Path, manifest: Manifest) -> list[PartCounts]:
    """The counts of all images together and, where there are several body parts, of each, largest first.

    Raises UserError when training or test images are of one class, or too few.
    """
    pool, test = pool_and_test(manifest, protocol_of(manifest))
    parts = [str(part) for part in manifest.images["body_part"].unique()]
    names = [EVERY_PART, *(parts if len(parts) > 1 else [])]
    found = []
    for name in names:
        train = manifest.images.iloc[rows_showing(manifest.images, pool, name)]
        judged = manifest.images.iloc[rows_showing(manifest.images, test, name)].drop_duplicates("study")
        abnormal = int(train["label"].sum())
        positive = int(judged["label"].sum())
        found.append(
            PartCounts(
                name,
                len(train),
                int(train["patient"].nunique()),
                min(abnormal, len(train) - abnormal),
                len(judged) - positive,
                positive,
            )
        )
    every, *rest = found
    fewest = min(every.rarer, every.test_normal, every.test_abnormal)
    if fewest < _FEWEST:
        raise UserError(
            f"{data}: too few images: {every.train:,} for training ({every.rarer:,} of the rarer class), and "
            f"{every.test_normal:,} normal and {every.test_abnormal:,} abnormal studies to test on; at least "
            f"{_FEWEST} of each are needed, and some hundred for an answer"
        )
    return [every, *sorted(rest, key=lambda part: (-part.train, part.name))]


def detectable(part: PartCounts) -> float:
    """The half-width of the 95 % interval of a difference of two AUROC on this test set, by its counts alone.

    The standard error is that of Hanley and McNeil (Radiology 1982, 143:29-36) at an AUROC of 0.85 of both
    methods, whose estimates correlate by 0.5; training subsets add to it.
    """
    area = _USUAL_AUROC
    pairs, same = area / (2 - area), 2 * area**2 / (1 + area)
    normal, abnormal = part.test_normal, part.test_abnormal
    variance = (area * (1 - area) + (abnormal - 1) * (pairs - area**2) + (normal - 1) * (same - area**2)) / (
        normal * abnormal
    )
    return 1.96 * math.sqrt(2 * (1 - _USUAL_CORRELATION) * variance)


def margin_for(part: PartCounts) -> float:
    """The smallest of MARGINS that the test set can resolve; the largest where it can resolve none."""
    return next((margin for margin in MARGINS if detectable(part) <= margin), MARGINS[-1])
