"""Columns of a manifest from lists of studies, such as those with an implant: `yes` or `no` per image."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmark.datasets.column_names import NEEDED, OPTIONAL, plain_name
from benchmark.datasets.file_lookup import plain_path, shown
from benchmark.datasets.manifest import COLUMNS, DESCRIBING, Manifest
from benchmark.datasets.text_table import decoded
from benchmark.errors import UserError

YES, NO = "yes", "no"
_LABELS = ("_positive", "_negative")  # at the end of MURA's study folders


def with_study_lists(manifest: Manifest, lists: Mapping[str, Path]) -> Manifest:
    """The manifest with one more describing column for each list (column -> file).

    A file has one study per line: its name in the manifest, or the folder or a file of its images, from any
    folder on (`MURA-v1.1/train/XR_ELBOW/patient00001/study1_positive/`); MURA's `_positive` and `_negative`
    do not count, empty lines and those that begin with `#` neither. Raises UserError with file and line for a
    study that the data set does not have, and for a column that it has already.
    """
    if not lists:
        return manifest
    others = manifest.others if len(manifest.others) else pd.DataFrame(index=range(len(manifest.images)))
    keys = _keys(manifest)
    for name, path in lists.items():
        column = plain_name(name)
        if (
            column in (*COLUMNS, *NEEDED, *OPTIONAL, *DESCRIBING)
            or column in manifest.describing()
            or not column
        ):
            raise UserError(f"columns: '{name}' is a column of the data set already: choose another name")
        listed = _listed(path, keys)
        others = others.assign(**{column: manifest.images["study"].isin(listed).map({True: YES, False: NO})})
    return replace(manifest, others=others)


def _keys(manifest: Manifest) -> dict[str, str]:
    """The study by each of its names: its own, its images' folders, and the images."""
    images = manifest.images[["image", "study"]]
    found: dict[str, str] = {}
    for image, study in images.itertuples(index=False):
        for name in (study, image.rpartition("/")[0], image):
            found.setdefault(_key(name), study)
    return found


def _listed(path: Path, keys: Mapping[str, str]) -> set[str]:
    """The studies of a list."""
    try:
        lines = decoded(path, "a list of studies")[0].splitlines()
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such list of studies (one study per line)") from None
    found = set()
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        study = _study(text, keys)
        if study is None:
            raise UserError(f"{path}:{number}: the data set has no study '{shown(text)}'")
        found.add(study)
    if not found:
        raise UserError(f"{path}: no study is there (one study per line)")
    return found


def _study(text: str, keys: Mapping[str, str]) -> str | None:
    """The study that a line names, with or without folders before it."""
    rest = _key(text)
    while rest:
        if rest in keys:
            return keys[rest]
        rest = rest.partition("/")[2]
    return None


def _key(name: str) -> str:
    plain = plain_path(name).strip("/").lower()
    for label in _LABELS:
        plain = plain.removesuffix(label)
    return plain
