"""Labels of class folders: normal and abnormal, or the folders' names as classes or grades."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmark.datasets.at_path import Labels
from benchmark.datasets.file_lookup import shown
from benchmark.datasets.task_labels import class_labels
from benchmark.errors import UserError
from benchmark.setup.abnormal import abnormal_classes
from results.label_tasks import BINARY, MULTILABEL, ORDINAL, TWO_CLASSES, LabelTask


def labels_of_folders(
    data: Path, folders: Sequence[str], asked: Labels, abnormal: Sequence[str]
) -> tuple[pd.Series, pd.Series, LabelTask, str]:
    """The labels of images by their class folders, as the manifest CSV has them and as numbers.

    Also the task, and a note of what was taken for what. Raises UserError with the way out.
    """
    names = pd.Series(list(folders), dtype="str")
    present = tuple(sorted(set(folders)))
    if asked.task in ("", BINARY):
        if asked.classes:
            raise UserError(f"{data}: --classes: two classes need no names: add --task multiclass or ordinal")
        chosen, taken = abnormal_classes(data, present, abnormal)
        numbers = names.isin(chosen).astype("int64")
        return numbers, numbers, TWO_CLASSES, taken
    if abnormal:
        raise UserError(
            f"{data}: --abnormal makes two classes, and --task {asked.task} keeps all: leave one out"
        )
    wanted = _wanted(data, present, asked)
    numbers, task = class_labels(data, names, asked.task, wanted)
    return names, numbers, task, f"folders taken for {task.words}: {', '.join(map(shown, task.classes))}"


def _wanted(data: Path, present: Sequence[str], asked: Labels) -> tuple[str, ...]:
    """The classes in the order that was asked for; raises UserError for what folders cannot be."""
    if asked.task == MULTILABEL:
        raise UserError(
            f"{data}: --task multilabel: an image lies in one class folder only; findings need a "
            "manifest CSV with columns label:NAME"
        )
    wanted = tuple(name.lower() for name in asked.classes)
    if wanted and set(wanted) != set(present):
        raise UserError(
            f"{data}: --classes {','.join(asked.classes)}: must name the class folders, each once: "
            f"{', '.join(map(shown, present))}"
        )
    words = [name for name in present if pd.isna(pd.to_numeric(name, errors="coerce"))]
    if asked.task == ORDINAL and words and not wanted:
        raise UserError(
            f"{data}: --task ordinal: '{shown(words[0])}' is no number, so that the order is not known: "
            f"give it, as --classes {','.join(map(shown, present))}"
        )
    return wanted
