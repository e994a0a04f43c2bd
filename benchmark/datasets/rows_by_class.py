"""Images of any task by class or finding, for tables, charts and checks that compare classes."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from results.label_tasks import LABEL, MULTILABEL, LabelTask

NO_FINDING = "(none)"  # images without any finding that is present
_TWO = ("normal", "abnormal")


def rows_by_class(images: pd.DataFrame, task: LabelTask) -> pd.DataFrame:
    """The images with the name of their class as `label`, in the order of the task; two classes as they are.

    Of findings, an image stands there once for each that is present, and once under NO_FINDING without any.
    """
    if task.is_binary:
        return images
    names = task.classes if task.kind != MULTILABEL else (NO_FINDING, *task.classes)
    truth = task.truth(images) == 1
    if task.kind == MULTILABEL:
        truth = np.column_stack([~truth.any(axis=1), truth])
    rows, numbers = np.nonzero(truth)
    label = pd.Categorical.from_codes(
        numbers.astype(np.int64), pd.Index(list(names), dtype=object), ordered=True
    )
    return images.iloc[rows].assign(label=label)


def class_names(task: LabelTask) -> tuple[str, ...]:
    """The names of all values that `label` of `rows_by_class` may have; of two classes those of 0 and 1."""
    if task.is_binary:
        return _TWO
    return task.classes if task.kind != MULTILABEL else (NO_FINDING, *task.classes)


def labels_apart(
    images: pd.DataFrame, task: LabelTask
) -> Iterator[tuple[str, pd.DataFrame, tuple[str, ...]]]:
    """Tables with whole numbers as `label`, and the names of these: all images, or those of a finding.

    A finding comes with its name, and with the images where it was read; all else with an empty name.
    """
    if task.kind != MULTILABEL:
        yield "", images, class_names(task)
        return
    for name in task.classes:
        read = images[images[LABEL + name].notna()]
        yield name, read.assign(label=read[LABEL + name].astype("int64")), ("absent", "present")
