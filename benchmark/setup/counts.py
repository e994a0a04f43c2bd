"""Counts of a data set on which a proposal rests: training images per part, and studies of the test set."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.names import EVERY_PART
from benchmark.datasets.splits import RowNumbers, pool_and_test, rows_showing
from benchmark.errors import UserError
from results.label_tasks import MULTILABEL, LabelTask

MARGINS = (0.02, 0.03, 0.05, 0.1)  # of AUROC; the first is a grid's default
_USUAL_AUROC = 0.85  # of two compared methods, and the correlation of their estimates; chosen by hand
_USUAL_CORRELATION = 0.5
_FEWEST = 4  # images or studies of each class that can be fitted and tested at all


@dataclass(frozen=True)
class PartCounts:
    """Training images, patients and images of the rarer class of a part; test studies of each class.

    Of several classes, grades or findings, the abnormal ones are those of the rarest in the test set that can
    be judged, and the normal ones all others (that were read). `classes` are all with their test studies.
    """

    name: str
    train: int
    patients: int
    rarer: int
    test_normal: int
    test_abnormal: int
    classes: tuple[tuple[str, int], ...] = ()


def protocol_of(manifest: Manifest) -> str:
    """The data set's own split where it has a test part, else one by patient."""
    return "official" if manifest.evaluated_on else "patient"


def counts_of(data: Path, manifest: Manifest) -> list[PartCounts]:
    """The counts of all images together and, where there are several body parts, of each, largest first.

    Raises UserError when training or test images are of one class, or too few.
    """
    if not manifest.task.is_binary:
        return task_counts(data, manifest)
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


def task_counts(data: Path, manifest: Manifest) -> list[PartCounts]:
    """`counts_of` for several classes, grades or findings."""
    pool, test = pool_and_test(manifest, protocol_of(manifest))
    every = _sides(manifest, pool, test, EVERY_PART)
    judged = np.flatnonzero(every.rarer.min(axis=0) >= _FEWEST)
    task, parts = manifest.task, [str(part) for part in manifest.images["body_part"].unique()]
    needed = 1 if task.kind == MULTILABEL else 2
    if len(judged) < needed:
        raise UserError(
            f"{data}: too few images: {len(judged)} of {len(task.classes)} {task.words} have {_FEWEST} images"
            f" to train and {_FEWEST} studies to test on, with and without it; at least {needed} must, and "
            "some hundred of each are needed for an answer"
        )
    named = [EVERY_PART, *(parts if len(parts) > 1 else [])]
    first, *rest = [_sides(manifest, pool, test, part).counts(part, task, judged) for part in named]
    return [first, *sorted(rest, key=lambda part: (-part.train, part.name))]


@dataclass(frozen=True)
class _Sides:
    """Training images (0) and test studies (1) with each class and without: two arrays (2, classes)."""

    train: pd.DataFrame
    present: NDArray[np.int64]
    absent: NDArray[np.int64]

    @property
    def rarer(self) -> NDArray[np.int64]:
        """The smaller side of each class."""
        return np.minimum(self.present, self.absent)

    def counts(self, part: str, task: LabelTask, judged: NDArray[np.intp]) -> PartCounts:
        """The counts of a part, by the rarest of the classes that can be judged."""
        rarest = judged[self.rarer[1, judged].argmin()]
        return PartCounts(
            part,
            len(self.train),
            int(self.train["patient"].nunique()),
            int(self.rarer[0, judged].min()),
            int(self.absent[1, rarest]),
            int(self.present[1, rarest]),
            tuple(zip(task.classes, map(int, self.present[1]), strict=True)),
        )


def _sides(manifest: Manifest, pool: RowNumbers, test: RowNumbers, part: str) -> _Sides:
    images = manifest.images
    train = images.iloc[rows_showing(images, pool, part)]
    studies = images.iloc[rows_showing(images, test, part)].drop_duplicates("study")
    truths = [manifest.task.truth(rows) for rows in (train, studies)]
    present, absent = (np.array([(truth == side).sum(axis=0) for truth in truths]) for side in (1, 0))
    return _Sides(train, present, absent)


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
