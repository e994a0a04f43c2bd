"""A grid and a record without the folders of the machine that they come from."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from benchmark.grid.schema import Grid

_START = r"(?:/|[A-Za-z]:[\\/]|\\\\|~[\w.-]*[\\/])"  # of Unix, Windows, a Windows share, a home folder
# an absolute path, also behind a prefix such as `local-dir:`; no address of a server (`https://host/…`)
_PATH = re.compile(
    rf"^(?P<prefix>[A-Za-z][\w-]+:(?!//[^/]))?(?P<folder>{_START}.*[\\/]|/)(?P<name>[^\\/]*)$", re.S
)
_IN_TEXT = re.compile(rf"(?<![^\s'\"(=,\[]){_START}(?:[^\s'\"/\\]+[\\/])*(?=[^\s'\"/\\])")  # its folders


def without_folders(value: Any) -> Any:
    """The JSON value, keys too, with the last part of each absolute path in its place.

    A path within a longer text ends at a blank or a quotation mark.
    """
    return _replaced(value, lambda prefix, name: prefix + name)


def portable_grid(grid: Grid) -> str:
    """A grid file (YAML) with `${DATA}` for the data set's folder and `${WEIGHTS}/NAME` for all other paths.

    The data set's own folder has no name there, which may be that of a person; its files keep theirs.
    """
    content = grid.model_dump(mode="json", exclude_unset=True)
    data = content.pop("dataset")
    if Path(str(data.get("root", ""))).is_absolute() and Path(data["root"]).is_dir():
        data["root"] = "${DATA}"
    data = _replaced(data, lambda prefix, name: f"{prefix}${{DATA}}/{name}")
    rest = _replaced(content, lambda prefix, name: f"{prefix}${{WEIGHTS}}/{name}")
    assert isinstance(rest, dict)
    return yaml.safe_dump({"name": rest.pop("name"), "dataset": data, **rest}, sort_keys=False)


def _replaced(value: Any, replacement: Callable[[str, str], str]) -> Any:
    """The JSON value with each absolute path replaced; within longer texts its folders are left out."""
    if isinstance(value, dict):
        return {_replaced(key, replacement): _replaced(item, replacement) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, replacement) for item in value]
    if not isinstance(value, str):
        return value
    if path := _PATH.match(value):
        return replacement(path["prefix"] or "", path["name"])
    return _IN_TEXT.sub("", value)
