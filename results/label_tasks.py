"""What a label is: one of two classes, one of several, a grade, or several findings at once.

The table of predictions of a binary task has the columns `label` and `probability`. Of other tasks it has one
column `probability:NAME` per class or finding, and `label` (int64: the number of the class), or for findings
one column `label:NAME` each (float64: 1, 0, and NaN where the finding was not read).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.names import BINARY as BINARY
from results.names import MULTICLASS as MULTICLASS
from results.names import MULTILABEL as MULTILABEL
from results.names import ORDINAL as ORDINAL
from results.names import TASKS as TASKS

if TYPE_CHECKING:  # importing it costs half a second, which reading a grid does not need
    import pandas as pd

LABEL, PROBABILITY = "label:", "probability:"  # prefixes of columns

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class LabelTask:
    """A kind of label and the names of its classes or findings, in order; binary labels need no names."""

    kind: str = BINARY
    classes: tuple[str, ...] = ()

    @property
    def is_binary(self) -> bool:
        """Whether the label is 0 or 1."""
        return self.kind == BINARY

    @property
    def word(self) -> str:
        """What its columns are called in prose: class, grade or finding."""
        return {ORDINAL: "grade", MULTILABEL: "finding"}.get(self.kind, "class")

    @property
    def words(self) -> str:
        """The same for several of them."""
        return {ORDINAL: "grades", MULTILABEL: "findings"}.get(self.kind, "classes")

    @property
    def label_columns(self) -> list[str]:
        """The columns of a table that hold the label."""
        return label_columns(self.classes) if self.kind == MULTILABEL else ["label"]

    @property
    def probability_columns(self) -> list[str]:
        """The columns of a table of predictions that hold probabilities."""
        return ["probability"] if self.is_binary else [PROBABILITY + name for name in self.classes]

    def truth(self, table: "pd.DataFrame") -> Matrix:
        """The label of each row as (n, classes) float64 of 0 and 1; NaN where a finding was not read."""
        if self.kind == MULTILABEL:
            return table[self.label_columns].to_numpy(np.float64)
        return one_hot(table["label"].to_numpy(np.int64), len(self.classes))

    def probabilities(self, table: "pd.DataFrame") -> Matrix:
        """The probability of each class or finding, (n, classes) float64."""
        return table[self.probability_columns].to_numpy(np.float64)


TWO_CLASSES = LabelTask()


def label_columns(findings: Sequence[str]) -> list[str]:
    """The columns of findings in a manifest and in predictions."""
    return [LABEL + name for name in findings]


def one_hot(labels: NDArray[np.int64], classes: int) -> Matrix:
    """Class numbers (n,) as (n, classes) float64 of 0 and 1."""
    return np.asarray(labels[:, None] == np.arange(classes), np.float64)


def with_probabilities(images: "pd.DataFrame", task: LabelTask, probabilities: Matrix) -> "pd.DataFrame":
    """The table of predictions of these images: (n,) of two classes, (n, classes) of another task."""
    if task.is_binary:
        return images.assign(probability=probabilities)
    columns = dict(zip(task.probability_columns, probabilities.T, strict=True))
    return images[["image", "study", "patient", "body_part", *task.label_columns]].assign(**columns)


def one_of_task(predictions: "pd.DataFrame", task: LabelTask, name: str) -> "pd.DataFrame":
    """The predictions of one class against the rest, or of one finding, as those of a binary task.

    Rows where the finding was not read are left out. Raises ValueError for a name that the task lacks.
    """
    if name not in task.classes:
        raise ValueError(f"there is no {task.word} '{name}'; known: {', '.join(task.classes)}")
    place = task.classes.index(name)
    truth = task.truth(predictions)[:, place]
    others = [*task.label_columns, *task.probability_columns]
    kept = predictions.drop(columns=others)
    kept = kept.assign(label=truth, probability=predictions[PROBABILITY + name].to_numpy(np.float64))
    return kept[~np.isnan(truth)].astype({"label": "int64"}).reset_index(drop=True)
