"""The labels of a manifest that has several classes, grades or findings."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmark.datasets.label_words import meaning_of
from benchmark.datasets.split_words import refuse
from benchmark.errors import UserError
from extractors.validation import did_you_mean
from results.label_tasks import LABEL, MULTILABEL, ORDINAL, LabelTask, Matrix, label_columns

MOST_CLASSES = 100  # more different labels are no classes but numbers or texts; chosen by hand
_FINDING = "a finding must be 1 (present), 0 (absent) or blank (not read)"


def class_labels(
    path: Path, labels: pd.Series, kind: str, wanted: Sequence[str] = ()
) -> tuple[pd.Series, LabelTask]:
    """The number of each row's class (int64), and the task; `labels` are texts by line of the file.

    Classes stand in the order of `wanted`, or else in that of their numbers, or of their names. Raises
    UserError for one class alone, for too many, for a label that is not `wanted` and one that is never there,
    for grades that are no numbers where no order is given, and for a number that is written in two ways.
    """
    present = sorted(set(labels))
    if len(present) < 2:
        raise UserError(f"{path}: label: every row is '{present[0]}': a {kind} task needs two classes")
    if wanted:
        _check_known(path, wanted, present)
        refuse(path, ~labels.isin(list(wanted)), labels, f"not one of the grid's classes: {_named(wanted)}")
        names = tuple(wanted)
    else:
        names = _in_order(path, labels, kind, present)
    numbers = {name: place for place, name in enumerate(names)}
    return labels.map(numbers).astype("int64"), LabelTask(kind, names)


def _check_known(path: Path, wanted: Sequence[str], present: Sequence[str]) -> None:
    for name in wanted:
        if name not in present:
            raise UserError(
                f"{path}: no row has the label '{name}', one of the classes of the grid (dataset.classes, or "
                f"those of its own data set); the labels are {_named(present)}"
            )


def _in_order(path: Path, labels: pd.Series, kind: str, present: list[str]) -> tuple[str, ...]:
    if len(present) > MOST_CLASSES:
        raise UserError(
            f"{path}: label has {len(present):,} different values, as '{present[0]}': no classes "
            f"(at most {MOST_CLASSES}); is it the right column?"
        )
    numbers = pd.to_numeric(pd.Series(present), errors="coerce").to_numpy(np.float64)
    if not np.isnan(numbers).any():
        _refuse_two_spellings(path, labels, present, numbers)
        return tuple(np.array(present, object)[np.argsort(numbers, kind="stable")])
    if kind == ORDINAL:
        word = np.array(present, object)[np.isnan(numbers)][0]
        message = (
            "no number, so that the order of grades is not known: give dataset.classes (--classes) in order"
        )
        refuse(path, labels == word, labels, message)
    return tuple(present)


def _refuse_two_spellings(path: Path, labels: pd.Series, present: list[str], numbers: Matrix) -> None:
    """Two classes may not be one number, such as 1 and 1.0."""
    values = pd.Series(present, index=numbers)
    for again in values[values.index.duplicated()]:
        first = values[numbers == pd.to_numeric(again)].iloc[0]
        message = f"the same number as '{first}' of other rows; write both alike"
        refuse(path, labels == again, labels, message)


def finding_labels(
    path: Path, found: Mapping[str, pd.Series], wanted: Sequence[str] = ()
) -> tuple[pd.DataFrame, LabelTask]:
    """The columns `label:NAME` (float64: 0, 1, NaN where blank), and the task.

    `found` holds the columns as texts by line of the file, under their names without the prefix. Raises
    UserError without such a column, for values of another kind, for a finding that is everywhere or nowhere,
    and for one of `wanted` that has no column.
    """
    if not found:
        raise UserError(f"{path}: task multilabel needs columns {LABEL}NAME, such as {LABEL}fracture")
    for name in wanted:
        if name not in found:
            raise UserError(
                f"{path}: dataset.classes: there is no column '{LABEL}{name}'"
                f"{did_you_mean(name, tuple(found))}"
            )
    names = tuple(wanted or found)
    columns = {LABEL + name: _finding(path, LABEL + name, found[name]) for name in names}
    return pd.DataFrame(columns), LabelTask(MULTILABEL, names)


def _finding(path: Path, column: str, values: pd.Series) -> pd.Series:
    read = values[values != ""]
    meaning = meaning_of(read.unique())
    refuse(path, ~read.isin(list(meaning)), read, f"{column}: {_FINDING}")
    numbers = values.map(meaning).astype("float64")
    if numbers.dropna().nunique() < 2:
        only = "blank" if read.empty else f"'{read.iloc[0]}'"
        raise UserError(
            f"{path}: {column}: every row is {only}: nothing to learn; leave it out of dataset.classes"
        )
    return numbers


def rarest_first(findings: pd.DataFrame) -> pd.Series:
    """A number (int64) by which rows are stratified: 0 without a finding, else the rank of its rarest one.

    The rank of the rarest finding is the highest, so that the largest number of a patient's images is that of
    the patient's rarest finding. With this, subsets are stratified by the rarest finding of each patient
    (the first step of Sechidis et al. 2011, "On the stratification of multi-label data").
    """
    positive = findings.to_numpy(np.float64) == 1
    ranks = np.empty(positive.shape[1], np.int64)
    ranks[np.argsort(-positive.sum(axis=0), kind="stable")] = np.arange(1, positive.shape[1] + 1)
    return pd.Series((positive * ranks).max(axis=1), index=findings.index, dtype="int64")


def check_findings_agree(path: Path, images: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise UserError for a study with two values of one finding (blank is one of them)."""
    for column in label_columns(names):
        first = images.groupby("study")[column].transform(lambda values: values.iloc[0])
        wrong = (images[column] != first) & ~(images[column].isna() & first.isna())
        refuse(path, wrong, images["study"], f"this study (patient/study) has two values of {column}")


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
