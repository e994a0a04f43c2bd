"""What was drawn in the phantom's images: labels of several classes, and the column of a shortcut."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.phantom.abnormality import KINDS, Abnormality
from benchmark.datasets.phantom.anatomy import BODY_PARTS
from benchmark.datasets.phantom.draw import Study, has_shortcut, studies_of
from benchmark.datasets.phantom.planted import Planted
from benchmark.datasets.task_labels import rarest_first
from results.label_tasks import BINARY, MULTICLASS, MULTILABEL, LabelTask, label_columns

CLASSES = ("normal", *KINDS)
GRADES = ("0 none", "1 subtle", "2 plain")
SHORTCUT = "shortcut"
_LEAST = 1e-9
_UNREAD_EVERY = 7  # of the studies, by number, one in so many has its last finding not read; chosen by hand


def with_task(manifest: Manifest, task: str, *, patients: int, difficulty: float, seed: int) -> Manifest:
    """The manifest of a phantom, drawn or not, with the labels of a task; unchanged for binary.

    `multiclass`: the kind of abnormality, or normal. `ordinal`: none, subtle or plain, by whether it is
    harder to see than the usual one of this `difficulty`. `multilabel`: each kind is a finding; of some
    studies the last kind was not read. The settings are those of the drawing, from which all follows.
    """
    if task == BINARY:
        return manifest
    drawn = {folder: study.abnormality for folder, study in _studies(patients, difficulty, seed).items()}
    images, folders = manifest.images, _folders(manifest)
    if task == MULTILABEL:
        findings = _findings(folders, drawn)
        table = images.assign(label=rarest_first(findings)).join(findings)
        return replace(manifest, images=table, task=LabelTask(task, KINDS))
    classes = CLASSES if task == MULTICLASS else GRADES
    number = {
        folder: _kind(found) if task == MULTICLASS else _grade(found, difficulty)
        for folder, found in drawn.items()
    }
    labelled = images.assign(label=folders.map(number).astype("int64"))
    return replace(manifest, images=labelled, task=LabelTask(task, classes))


def with_shortcut(
    manifest: Manifest, planted: Planted, *, patients: int, difficulty: float, seed: int
) -> Manifest:
    """The manifest of a phantom with the column SHORTCUT: whether its images have it, `yes` or `no`."""
    shown = {
        folder: "yes" if has_shortcut(study, planted, seed) else "no"
        for folder, study in _studies(patients, difficulty, seed).items()
    }
    return replace(manifest, others=manifest.others.assign(**{SHORTCUT: _folders(manifest).map(shown)}))


def _studies(patients: int, difficulty: float, seed: int) -> dict[str, Study]:
    """Every study by its folder, in lower case."""
    every = (
        study for patient in range(patients) for study in studies_of(patient, seed, difficulty, BODY_PARTS)
    )
    return {study.folder.lower(): study for study in every}


def _folders(manifest: Manifest) -> pd.Series:
    """The folder of each image's study, in lower case."""
    return manifest.images["image"].str.rpartition("/")[0].str.lower()


def _kind(found: Abnormality | None) -> int:
    return CLASSES.index(found.kind) if found else 0


def _grade(found: Abnormality | None, difficulty: float) -> int:
    usual = max(difficulty, _LEAST)  # of difficulty 0 half of all are not subtle at all
    return 0 if found is None else 1 if found.subtle >= usual else 2


def _findings(folders: pd.Series, drawn: Mapping[str, Abnormality | None]) -> pd.DataFrame:
    shown = [found.kind if (found := drawn[folder]) else "" for folder in folders]
    columns = np.array(shown, object)[:, None] == np.array(KINDS, object)
    table = pd.DataFrame(columns.astype(np.float64), columns=label_columns(KINDS), index=folders.index)
    studies = pd.factorize(folders, sort=True)[0]
    table.loc[studies % _UNREAD_EVERY == _UNREAD_EVERY - 1, table.columns[-1]] = np.nan
    return table
