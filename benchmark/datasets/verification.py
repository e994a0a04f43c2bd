"""Data set checks: one function per code, each of which returns what it found."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from benchmark.datasets.finding import Finding, finding
from benchmark.datasets.image_facts import with_facts
from benchmark.datasets.manifest import Manifest
from benchmark.datasets.picture_checks import (
    constant_images,
    depth_goes_with_label,
    images_of_little_range,
    images_of_two_depths,
    images_that_look_inverted,
    inversion_goes_with_label,
    mode_goes_with_label,
    range_goes_with_label,
    size_goes_with_label,
)
from benchmark.datasets.rows_by_class import class_names, rows_by_class
from benchmark.datasets.table_checks import (
    parts_written_differently,
    patients_in_two_splits,
    patients_written_differently,
    single_class_parts,
    studies_with_two_labels,
)
from results.label_tasks import LABEL, MULTILABEL, TWO_CLASSES, LabelTask

__all__ = ["Finding", "counts_of_mura", "counts_table", "findings_of", "verify"]

# MURA v1.1 per part and split: normal and abnormal studies (Rajpurkar et al. 2017, arXiv:1712.06957,
# table 1), then normal and abnormal images (counted on Stanford's files by github.com/pengshiqi/MURA).
MURA = {
    ("elbow", "train"): (1094, 660, 2925, 2006),
    ("finger", "train"): (1280, 655, 3138, 1968),
    ("forearm", "train"): (590, 287, 1164, 661),
    ("hand", "train"): (1497, 521, 4059, 1484),
    ("humerus", "train"): (321, 271, 673, 599),
    ("shoulder", "train"): (1364, 1457, 4211, 4168),
    ("wrist", "train"): (2134, 1326, 5765, 3987),
    ("elbow", "test"): (92, 66, 235, 230),
    ("finger", "test"): (92, 83, 214, 247),
    ("forearm", "test"): (69, 64, 150, 151),
    ("hand", "test"): (101, 66, 271, 189),
    ("humerus", "test"): (68, 67, 148, 140),
    ("shoulder", "test"): (99, 95, 285, 278),
    ("wrist", "test"): (140, 97, 364, 295),
}


def verify(manifest: Manifest, *, jobs: int = 1, published: bool = False) -> list[Finding]:
    """Run every check; `published` also compares the counts with MURA's published table."""
    return findings_of(with_facts(manifest, jobs=jobs), manifest.task, published=published)


def findings_of(
    images: pd.DataFrame, task: LabelTask = TWO_CLASSES, *, published: bool = False
) -> list[Finding]:
    """The findings of every check of the table of `with_facts`, whose labels are of the task."""
    checks: list[Callable[[pd.DataFrame], Finding]] = [
        unreadable_files,
        patients_in_two_splits,
        patients_written_differently,
        duplicates_across_splits,
        partial(single_class_parts, task=task),
        partial(studies_with_two_labels, task=task),
        parts_written_differently,
        duplicates_between_patients,
        constant_images,
        images_of_little_range,
        images_that_look_inverted,
        images_of_two_depths,
        partial(mode_goes_with_label, task=task),
        partial(depth_goes_with_label, task=task),
        partial(size_goes_with_label, task=task),
        partial(inversion_goes_with_label, task=task),
        partial(range_goes_with_label, task=task),
    ]
    findings = [check(images) for check in checks]
    return ([counts_of_mura(images)] if published else []) + findings


def counts_of_mura(images: pd.DataFrame) -> Finding:
    """DATA001: studies and images per part, split and class, as published."""
    names = ("normal studies", "abnormal studies", "normal images", "abnormal images")
    found = {key: _four_counts(rows) for key, rows in images.groupby(["body_part", "split"])}
    differences = [
        f"{part} {'valid' if split == 'test' else split}: {have:,} {name}, published {expected:,}"
        for (part, split), published in MURA.items()
        for name, have, expected in zip(names, found.get((part, split), (0,) * 4), published, strict=True)
        if have != expected
    ]
    unknown = set(images["body_part"]) - {part for part, _ in MURA}
    differences += [f"{part}: not a part of MURA" for part in sorted(unknown)]
    return finding("DATA001", "counts that differ from MURA's published ones", differences)


def unreadable_files(images: pd.DataFrame) -> Finding:
    """DATA002: files that cannot be decoded."""
    broken = images[images["error"] != ""]
    return finding("DATA002", "unreadable files", (broken["image"] + ": " + broken["error"]).tolist())


def duplicates_across_splits(images: pd.DataFrame) -> Finding:
    """DATA004: the same pixels in training and in test."""
    return finding("DATA004", "groups of identical pixels in two splits", _duplicates(images, "split"))


def duplicates_between_patients(images: pd.DataFrame) -> Finding:
    """DATA007: the same pixels under two patients, so that a split by patient may still leak."""
    groups = _duplicates(images, "patient")
    return finding("DATA007", "groups of identical pixels under two patients", groups, severity="warning")


def _duplicates(images: pd.DataFrame, column: str) -> list[str]:
    """Groups of images with identical pixels that differ in `column`, each as `one = other`."""
    readable = images[images["error"] == ""]
    differing = readable[readable.groupby("digest")[column].transform("nunique") > 1]
    groups = differing.groupby("digest", sort=False)["image"]
    return [" = ".join(names) for _, names in groups]


def _four_counts(rows: pd.DataFrame) -> tuple[int, ...]:
    classes = [rows[rows["label"] == label] for label in (0, 1)]
    return (*(r["study"].nunique() for r in classes), *(len(r) for r in classes))


def counts_table(manifest: Manifest) -> pd.DataFrame:
    """Patients, studies and images per body part, split and class; of findings also images without them.

    `absent` and `not_read` are images; under `rows_by_class.NO_FINDING` they say nothing (NaN).
    """
    keys = ["body_part", "split", "label"]
    counts = (
        rows_by_class(manifest.images, manifest.task)
        .groupby(keys, observed=True)
        .agg(patients=("patient", "nunique"), studies=("study", "nunique"), images=("image", "size"))
        .reset_index()
    )
    if manifest.task.kind != MULTILABEL:
        return counts
    found = counts.astype({"label": str}).merge(_not_present(manifest), on=keys, how="outer", sort=False)
    found[["patients", "studies", "images"]] = found[["patients", "studies", "images"]].fillna(0).astype(int)
    order = pd.Categorical(found["label"], class_names(manifest.task), ordered=True)
    return found.assign(label=order).sort_values(keys, ignore_index=True).rename(columns={"label": "finding"})


def _not_present(manifest: Manifest) -> pd.DataFrame:
    """Images per body part, split and finding where it is absent, and where it was not read."""
    long = manifest.images.melt(["body_part", "split"], manifest.task.label_columns, "label")
    long = long.assign(
        label=long["label"].str.removeprefix(LABEL), absent=long["value"] == 0, not_read=long["value"].isna()
    )
    counted = long.groupby(["body_part", "split", "label"])[["absent", "not_read"]].sum().reset_index()
    return counted.astype({"absent": "Int64", "not_read": "Int64"})
