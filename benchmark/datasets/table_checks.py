"""Checks of a data set's table, without pixels; `data verify`, `plan`, `run` and `report` share them.

Each takes the columns of a manifest, whose `split` is `train` or `test` (empty without a split).
"""

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import pandas as pd

from benchmark.datasets.finding import Finding, finding
from benchmark.datasets.names import BY_IMAGE
from benchmark.datasets.spelling import without_spelling, written_differently
from benchmark.datasets.splits import RowNumbers, rows_showing
from results.label_tasks import TWO_CLASSES, LabelTask


def patients_in_two_splits(images: pd.DataFrame) -> Finding:
    """DATA003: patients with images in training and in test."""
    splits = images.groupby("patient")["split"].nunique()
    return finding("DATA003", "patients in two splits", splits[splits > 1].index.tolist())


def single_class_parts(
    images: pd.DataFrame, task: LabelTask = TWO_CLASSES, body_parts: Iterable[str] | None = None
) -> Finding:
    """DATA005: body parts with one class only in a split, where no metric can be computed.

    Of several classes, grades or findings: those without a patient in a split, of which there is no metric;
    among all images, and among those of each of `body_parts` (every one by default).
    """
    if not task.is_binary:
        parts = images["body_part"].unique() if body_parts is None else body_parts
        return _without_patients(images, task, parts)
    classes = images.groupby(["body_part", "split"])["label"].nunique()
    single = [f"{part} {split}".strip() for part, split in classes[classes < 2].index]
    return finding("DATA005", "body parts with one class only", single)


def _without_patients(images: pd.DataFrame, task: LabelTask, body_parts: Iterable[str]) -> Finding:
    absent = []
    for split, rows in images.groupby("split"):
        of_all = _absent(rows, task)
        absent += [_placed(str(split), name) for name in of_all]
        for part in sorted(set(body_parts) & set(rows["body_part"])):
            of_part = _absent(rows[rows["body_part"] == part], task)
            absent += [_placed(f"{part} {split}".strip(), name) for name in of_part if name not in of_all]
    return finding(
        "DATA005",
        f"{task.words} without a patient in a split",
        absent,
        severity="warning",
        way_out="metrics are over the others; leave the class out of the data, or divide it anew",
    )


def _placed(where: str, name: str) -> str:
    return f"{where}: {name}" if where else name


def _absent(rows: pd.DataFrame, task: LabelTask) -> list[str]:
    """The classes that no study has, or, where some were not read, that every study has."""
    truth = zip(task.classes, task.truth(rows).T, strict=True)
    return [name for name, column in truth if not {0.0, 1.0} <= set(column[~np.isnan(column)])]


def studies_with_two_labels(images: pd.DataFrame, task: LabelTask = TWO_CLASSES) -> Finding:
    """DATA006: studies with two labels, or with two values of a finding (where it was not read is none).

    In MURA, these are folders that differ in the suffix of the label only.
    """
    study = images["study"].str.replace(r"_(?:positive|negative)$", "", regex=True)
    labels = images.groupby(study)[task.label_columns].nunique().max(axis=1)
    return finding("DATA006", "studies with two labels", labels[labels > 1].index.tolist())


def patients_written_differently(images: pd.DataFrame) -> Finding:
    """DATA020: one patient written in several ways; an error where that hides it on both sides of a split."""
    groups = written_differently(images["patient"].unique())
    names = {name for group in groups for name in group}
    rows = images[images["patient"].isin(names)]
    splits = rows.groupby(rows["patient"].map(without_spelling))["split"].nunique()
    across = [group for group in groups if splits[without_spelling(group[0])] > 1]
    return finding(
        "DATA020",
        "patients written in several ways" + (", in two splits" if across else ""),
        [" = ".join(map(repr, group)) for group in across or groups],
        severity="error" if across else "warning",
        way_out="write each in one way (a spreadsheet drops leading zeros and adds .0: keep ids as text)",
    )


def parts_written_differently(images: pd.DataFrame) -> Finding:
    """DATA021: body parts that look alike in a table, so that one is taken for the other."""
    groups = written_differently(images["body_part"].unique())
    return finding(
        "DATA021",
        "body parts written in several ways",
        [" = ".join(map(ascii, group)) for group in groups],
        way_out="write each body part in one way",
    )


def split_findings(
    images: pd.DataFrame,
    pool: RowNumbers,
    test: RowNumbers,
    body_parts: Iterable[str],
    protocol: str,
    task: LabelTask = TWO_CLASSES,
) -> list[Finding]:
    """What is wrong with a split for these body parts (`all`: every one), worst first; nothing that is sound.

    Shared patients are no finding of the protocol `image`, which is known to leak.
    """
    body_parts = list(body_parts)
    rows = np.unique(
        np.concatenate([rows_showing(images, side, part) for side in (pool, test) for part in body_parts])
    )
    sides = images.assign(split=np.where(np.isin(np.arange(len(images)), test), "test", "train")).iloc[rows]
    checks: list[Callable[[pd.DataFrame], Finding]]
    one_class = partial(single_class_parts, task=task, body_parts=body_parts)
    checks = [one_class, partial(studies_with_two_labels, task=task), parts_written_differently]
    if protocol != BY_IMAGE:
        checks = [patients_in_two_splits, patients_written_differently, *checks]
    found = [check(sides) for check in checks]
    return sorted((f for f in found if f.severity != "ok"), key=lambda f: f.severity != "error")


def leaky_parts(
    images: pd.DataFrame, pool: RowNumbers, test: RowNumbers, body_parts: Iterable[str]
) -> frozenset[str]:
    """The body parts whose training and test images share a patient, in any spelling of its name."""
    patients = images["patient"].to_numpy(dtype=object)
    plain = {name: without_spelling(name) for name in images["patient"].unique()}

    def people(rows: RowNumbers, part: str) -> set[str]:
        return {plain[name] for name in set(patients[rows_showing(images, rows, part)])}

    return frozenset(part for part in body_parts if people(pool, part) & people(test, part))
