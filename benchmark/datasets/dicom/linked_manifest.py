"""A manifest in the cache whose images are links to files elsewhere, kept while those files are the same."""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmark.datasets.manifest import COLUMNS, DESCRIBING, Manifest
from extractors.array_store import write_atomically
from extractors.digests import JsonValue, digest_of
from results.label_tasks import BINARY, TWO_CLASSES, LabelTask

_VERSION = 2  # raise it when the same files give another manifest
_MANIFEST = "manifest.json"


def folder_of(
    cache: Path, root: Path, paths: Sequence[str], listing: Path, settings: list[JsonValue]
) -> Path:
    """The folder of the manifest of these files (paths below `root`) in their present state.

    `listing` is the CSV of labels, `settings` all else that decides the manifest.
    """
    labels = hashlib.sha256(listing.read_bytes()).hexdigest() if listing.is_file() else ""
    states: list[JsonValue] = [_state(root, path) for path in paths]
    return cache / "dicom" / digest_of([_VERSION, str(root.absolute()), labels, settings, states])[:20]


def _state(root: Path, path: str) -> JsonValue:
    name = path.encode(errors="backslashreplace").decode()
    try:
        status = os.stat(f"{root}/{path}")  # noqa: PTH116 (a fifth of the time of Path)
    except OSError:  # a link to nothing
        return [name]
    return [name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def write_linked(
    folder: Path,
    root: Path,
    table: pd.DataFrame,
    evaluated_on: str,
    notes: Sequence[str],
    task: LabelTask = TWO_CLASSES,
) -> None:
    """Make the folder of links, from `image` to `path` below `root`, and its manifest: all or nothing."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        for image, path in zip(table["image"], table["path"], strict=True):
            link = temporary / image
            link.parent.mkdir(exist_ok=True)
            link.symlink_to((root / path).absolute())
        kept = dict.fromkeys([*COLUMNS, *task.label_columns, *DESCRIBING])
        columns = {name: table[name].tolist() for name in kept}
        content = {"images": columns, "evaluated_on": evaluated_on, "notes": list(notes)}
        if not task.is_binary:
            content["task"] = [task.kind, *task.classes]
        write_atomically(temporary / _MANIFEST, json.dumps(content))
        shutil.rmtree(folder, ignore_errors=True)  # one that could not be read
        temporary.replace(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read_linked(folder: Path) -> Manifest | None:
    """The manifest that `write_linked` has written; None when it is not there or damaged."""
    try:
        content = json.loads((folder / _MANIFEST).read_bytes())
        kind, *classes = content.get("task", [BINARY])
        task = LabelTask(kind, tuple(classes))
        kept = list(dict.fromkeys([*COLUMNS, *task.label_columns, *DESCRIBING]))
        types = {name: "int64" if name == "label" else "float64" for name in ("label", *task.label_columns)}
        images = pd.DataFrame(content["images"])[kept].astype(types)
        return Manifest(folder, images, content["evaluated_on"], notes=tuple(content["notes"]), task=task)
    except (OSError, ValueError, KeyError, TypeError):
        return None
