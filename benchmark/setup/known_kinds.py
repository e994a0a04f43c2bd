"""Data that a grid can name as they are: a manifest CSV, MURA's tree, a folder of DICOM files with labels."""

import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from benchmark.datasets.at_path import Labels, task_at
from benchmark.datasets.kinds import DATASET_KINDS
from benchmark.datasets.manifest import Manifest
from benchmark.datasets.mura_folders import SPLITS
from benchmark.errors import UserError
from benchmark.execution.executors import available_cores
from benchmark.setup.asked import Asked, Found, Keys, keys_of, path_in_grid
from benchmark.setup.image_sides import sides_of

_MURA = re.compile(r"XR_\w+", re.IGNORECASE)


def in_manifest(asked: Asked) -> Found:
    """A manifest CSV, or the folder that holds manifest.csv. Raises UserError for one that cannot be read."""
    keys: Keys = {"kind": "manifest", "root": path_in_grid(asked.data, asked.folder)}
    keys |= keys_of(asked.kept.task or task_at(asked.data), asked.kept.classes)
    _refuse_abnormal(asked, "the column 'label' of a manifest")
    notes: tuple[str, ...] = ()
    try:
        manifest = _read(keys, asked)
    except UserError:
        manifest = _read_outside(keys, asked)
        keys["allow_outside"] = True
        notes = ("images lie outside of the CSV's folder, which allow_outside: true permits",)
    name = asked.data.name if asked.data.is_dir() else asked.data.stem
    if name.lower() == "manifest":
        name = asked.data.absolute().parent.name
    return _found(keys, manifest, name, asked, notes)


def _read_outside(keys: Keys, asked: Asked) -> Manifest:
    """The manifest when files may lie elsewhere; the error of the usual reading when that does not help."""
    try:
        return _read({**keys, "allow_outside": True}, asked)
    except UserError:
        return _read(keys, asked)


def is_mura(data: Path) -> bool:
    """Whether a folder, or a MURA-v1.1 in it, has folders XR_... below train or valid."""
    found = (data / outer / split for outer in ("", "MURA-v1.1", "MURA-v1.1/MURA-v1.1") for split in SPLITS)
    return any(_MURA.fullmatch(f.name) for folder in found if folder.is_dir() for f in folder.iterdir())


def in_mura(asked: Asked) -> Found:
    """MURA's tree. Raises UserError for one that cannot be read."""
    _refuse_abnormal(asked, "the names of MURA's folders")
    if asked.kept != Labels():
        raise UserError(f"{asked.data}: MURA has two classes: leave --task and --classes out")
    keys: Keys = {"kind": "mura", "root": path_in_grid(asked.data, asked.folder)}
    return _found(keys, _read(keys, asked), "mura", asked)


def in_labelled_dicom(asked: Asked, labels: Path) -> Found:
    """A folder of DICOM files and the CSV of their labels. Raises UserError for what cannot be used."""
    keys: Keys = {"kind": "dicom", "root": path_in_grid(asked.data, asked.folder)}
    if labels != asked.data / "labels.csv":
        keys["labels"] = path_in_grid(labels, asked.folder)
    keys |= keys_of(asked.kept.task or task_at(labels), asked.kept.classes)
    _refuse_abnormal(asked, "the column 'label' of the CSV")
    return _found(keys, _read(keys, asked), asked.data.absolute().name, asked)


def _read(keys: Keys, asked: Asked) -> Manifest:
    kind = DATASET_KINDS[str(keys["kind"])]
    try:
        model: Any = kind.model.model_validate(keys, context=asked.folder)
    except ValidationError as error:
        raise UserError(f"{asked.data}: --classes: {error.errors()[0]['msg']}") from None
    return kind.read(model, asked.cache, available_cores())


def _found(keys: Keys, manifest: Manifest, name: str, asked: Asked, notes: tuple[str, ...] = ()) -> Found:
    sides, unreadable = sides_of(asked.data, manifest.paths())
    said = tuple(note for note in (*manifest.notes, *notes, unreadable) if note)
    return Found(keys, manifest, name, notes=said, sides=sides)


def _refuse_abnormal(asked: Asked, where: str) -> None:
    if asked.abnormal:
        raise UserError(f"{asked.data}: --abnormal is for folders and MedMNIST files; here {where} says it")
