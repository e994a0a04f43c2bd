"""The grid that most tests run, and its finished run: copied with its MLflow store where they write into it."""

import json
import sqlite3
from pathlib import Path
from shutil import copytree
from typing import NamedTuple

import yaml

from benchmark.store.workspace import Workspace


class Ran(NamedTuple):
    """A grid file and the workspace that holds all of its cells."""

    grid: Path
    workspace: Workspace


def copy_run(ran: Ran, folder: Path) -> Ran:
    """The same run in another folder, known to its MLflow store by that folder."""
    copytree(ran.grid.parent, folder)
    copied = Ran(folder / ran.grid.name, Workspace(folder / ran.workspace.folder.name))
    places = str(ran.workspace.folder), str(copied.workspace.folder)
    with sqlite3.connect(copied.workspace.database) as store:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            store.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", places)
    store.close()
    for note in copied.workspace.folder.glob("*/.logged.json"):  # what MLflow holds, and where it is
        note.write_text(json.dumps(json.loads(note.read_text()) | {"uri": copied.workspace.uri}))
    return copied


def small_grid(phantom: Path, **changes: object) -> str:
    """The text of a grid of a few quick cells on the phantom; keywords replace its keys."""
    content: dict[str, object] = {
        "name": "small",
        "dataset": {"kind": "mura", "root": str(phantom)},
        "train_sizes": [40, "full"],
        "image": {"size": 32},
        "hand_crafted": {"descriptors": ["glcm"], "classifiers": ["logistic_regression", "majority"]},
        "evaluation": {"resamples": 100},
    }
    content |= changes
    return yaml.safe_dump({k: v for k, v in content.items() if v is not None}, sort_keys=False)
