"""A finished run that tests share: copied with its MLflow store where they write into it."""

import json
import sqlite3
from pathlib import Path
from shutil import copytree
from typing import NamedTuple

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
