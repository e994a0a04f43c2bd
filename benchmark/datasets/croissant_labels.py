"""The labels of a table in Croissant's words: their type and what they mean, for every task."""

from collections.abc import Collection, Mapping

import pandas as pd

from benchmark.datasets.label_words import meaning_of
from benchmark.datasets.rows_by_class import rows_by_class
from results.label_tasks import MULTILABEL, ORDINAL, LabelTask


def label_field(task: LabelTask, written: Collection[str]) -> tuple[str, str]:
    """The data type of the column `label`, and what its values (as `written`) mean."""
    if task.is_binary:
        meaning = meaning_of(written)
        return "sc:Integer" if set(meaning) <= {"0", "1"} else "sc:Text", _in_words(meaning)
    what = "A grade, in this order" if task.kind == ORDINAL else "One of the classes"
    return "sc:Text", f"{what}: {', '.join(task.classes)}."


def finding_field(name: str, written: Collection[str]) -> tuple[str, str]:
    """The data type of the column of a finding, and what its values mean.

    Words are texts: readers of Croissant would take `no`, as any text, for true.
    """
    said = f"Whether the image shows {name}; empty where nobody looked for it."
    meaning = meaning_of(set(written) - {""})
    if set(meaning) <= {"0", "1"}:
        return "sc:Boolean", said
    words = [f"{word}: {('absent', 'present')[value]}" for word, value in sorted(meaning.items())]
    return "sc:Text", f"{said} {', '.join(words)}."


def in_numbers(images: pd.DataFrame, task: LabelTask) -> str:
    """How many images there are of each class, or with each finding."""
    if task.is_binary:
        return f"{int(images['label'].sum()):,} of them abnormal"
    counts = rows_by_class(images, task)["label"].value_counts()
    of_each = ", ".join(f"{name} {counts[name]:,}" for name in task.classes)
    unread = " (empty where not read)" if task.kind == MULTILABEL else ""
    return f"images by {task.word}{unread}: {of_each}"


def _in_words(meaning: Mapping[str, int]) -> str:
    """`0: normal, 1: abnormal.` with the labels as the table has them."""
    words = [f"{label}: {('normal', 'abnormal')[value]}" for label, value in sorted(meaning.items())]
    return f"{', '.join(words)}."
