"""The training subset and test images of a cell; they are the same for every method."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.label_noise import flip_labels, noise_share
from benchmark.datasets.shuffling import shuffle_labels
from benchmark.datasets.splits import RowNumbers, group_ids
from benchmark.execution.plan import Plan
from extractors.array_store import StoredArray
from results.label_tasks import MULTILABEL, TWO_CLASSES, LabelTask
from results.names import SHUFFLED_LABELS


@dataclass(frozen=True, eq=False)
class Subset:
    """The training and test images for one body part, training size and seed.

    `train_rows` (n,) and `test_rows` (m,) are rows of the manifest, and so of pixels and embeddings.
    `train_images` and `test_images` hold image, study, patient, body_part and label of these rows;
    `groups` (n,) holds the patients (or images) that no fold divides; `seed` is that of folds and fits. Of
    findings they also have the columns of each, and `label` only stratifies.
    `pool_images` is the number of images that the training images were drawn from.
    """

    train_rows: RowNumbers
    train_images: pd.DataFrame
    groups: NDArray[Any]
    test_rows: RowNumbers
    test_images: pd.DataFrame
    seed: int
    pool_images: int
    task: LabelTask = TWO_CLASSES

    @property
    def studies(self) -> NDArray[Any]:
        """The study of each training image."""
        return self.train_images["study"].to_numpy(dtype=object)

    @property
    def labels(self) -> NDArray[np.int64]:
        """The training labels: 0 or 1, the number of the class, or what findings are stratified by."""
        return self.train_images["label"].to_numpy(np.int64)

    @property
    def truth(self) -> NDArray[np.float64]:
        """Of several classes, the training labels (n, classes): 1, 0, and NaN for what was not read."""
        return self.task.truth(self.train_images)

    @property
    def positive_images(self) -> int:
        """The abnormal training images, or those with a finding; 0 of several classes."""
        if self.task.is_binary:
            return int(self.labels.sum())
        return int((self.truth == 1).any(axis=1).sum()) if self.task.kind == MULTILABEL else 0

    def training_counts(self, name: str) -> dict[str, int]:
        """The training images and patients of a class or finding."""
        own = self.truth[:, self.task.classes.index(name)] == 1
        patients = int(self.train_images["patient"][own].nunique())
        return {"train_images": int(own.sum()), "train_patients": patients}


class Subsets:
    """Build the subsets of a plan. A nested order is computed once for all methods and training sizes."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def subset(self, body_part: str, train_size: int | str, seed: int, control: str = "") -> Subset:
        """The training images of this body part, size and seed (`TrainingRows.rows`), and its test images.

        For the control `leaky_split` both come from a split by image; for `shuffled_labels` the labels are
        shuffled over the studies of both; with label noise the training labels alone are flipped.
        """
        plan, fit = self._plan.plan_for(control), fit_seed(body_part, train_size, seed)
        train = plan.training.rows(body_part, train_size, seed)
        test = plan.rows_of(plan.test, body_part)
        train_images, test_images = self._images(train), self._images(test)
        if control == SHUFFLED_LABELS:
            task = plan.manifest.task
            train_images, test_images = _shuffled(train_images, test_images, fit, task)
        if noise := noise_share(control):
            train_images = flip_labels(train_images, noise, body_part, seed, plan.manifest.task)
        return Subset(
            train_rows=train,
            train_images=train_images,
            groups=group_ids(train_images, plan.grid.dataset.protocol),
            test_rows=test,
            test_images=test_images,
            seed=fit,
            pool_images=len(plan.rows_of(plan.pool, body_part)),
            task=plan.manifest.task,
        )

    def _images(self, rows: RowNumbers) -> pd.DataFrame:
        findings = [name for name in self._plan.manifest.task.label_columns if name != "label"]
        columns = ["image", "study", "patient", "body_part", "label", *findings]
        return self._plan.manifest.images.iloc[rows][columns].reset_index(drop=True)


def _shuffled(
    train: pd.DataFrame, test: pd.DataFrame, seed: int, task: LabelTask
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shuffle the labels over both; a study with images on both sides of the split keeps one label."""
    columns = ["label", *(name for name in task.label_columns if name != "label")]
    images = shuffle_labels(pd.concat([train, test], ignore_index=True), seed, columns)
    return images[: len(train)], images[len(train) :].reset_index(drop=True)


def fit_seed(body_part: str, train_size: int | str, seed: int) -> int:
    """The seed of folds and fits: a hash of the names, so that it is the same in every run."""
    digest = hashlib.sha256(f"{body_part}|{train_size}|{seed}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def check_rows(stored: StoredArray, images: list[str], what: str) -> None:
    """Check that row i of pixels or of an embedding belongs to image i of the manifest.

    Subsets select by row number, so another order would pair labels with other images. Raises ValueError.
    """
    if stored.ids == images:
        return
    if len(stored.ids) != len(images):
        difference = f"{len(stored.ids):,} rows, but the manifest has {len(images):,} images"
    else:
        row = next(i for i, pair in enumerate(zip(stored.ids, images, strict=True)) if pair[0] != pair[1])
        difference = f"row {row} is of '{stored.ids[row]}', but the manifest's row is of '{images[row]}'"
    raise ValueError(f"{what} in {stored.folder}: {difference}; delete that folder and run again")
