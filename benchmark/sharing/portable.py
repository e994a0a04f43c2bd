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
_PART = r"[^\s'\"/\\]*[^\s'\"/\\;|<>(),=]"  # of a path within a text: `;` and its like end it, but not within
_IN_TEXT = re.compile(
    rf"(?P<scheme>\b(?!file:)[A-Za-z][\w+.-]+://)(?P<user>[^\s'\"/?#]*@)?(?P<host>[^\s'\"<>;|]*)"
    rf"|(?<![^\s'\"`(){{\[<>;|,:=])(?P<folder>{_START}[\\/]*(?:{_PART}[\\/]+)*)(?P<name>(?:{_PART})?)"
)
_HOMES = re.compile(r"(?:^|[\\/])(?:home|users)[\\/]+$", re.IGNORECASE)  # the folder of people's folders
_HOME = "home"  # in place of a person's name

Replacement = Callable[[str, str, str], str]  # (prefix, folder, name) of a path -> what stands for it


def without_folders(value: Any) -> Any:
    """The JSON value, keys too, with the last part of each absolute path in its place.

    A path within a longer text ends at a blank, a quotation mark, or a sign such as `;` or `|` before the
    next path. A home folder is `home`, and an address loses its user and password.
    """
    return _replaced(value, lambda prefix, _, name: prefix + name)


def portable_grid(grid: Grid) -> str:
    """A grid file (YAML) with `${DATA}` for the data set's folder and `${WEIGHTS}/NAME` for all other paths.

    The data set's own folder has no name there, which may be that of a person; what is in it keeps its place,
    and other files of the data set are `${DATA}/NAME`.
    """
    content = grid.model_dump(mode="json", exclude_unset=True)
    data = content.pop("dataset")
    content.pop("external", None)  # exports hold no predictions on them
    base = Path(str(data.get("root", "")))
    if base.is_absolute():
        if base.is_dir():
            data["root"] = "${DATA}"
        else:  # a file, or not there
            base = base.parent
    classes = {key: data[key] for key in ("classes",) if key in data}  # names, of which none is a path
    data = _replaced(data, lambda prefix, folder, name: f"{prefix}{_below(base, folder, name)}") | classes
    rest = _replaced(content, lambda prefix, _, name: f"{prefix}${{WEIGHTS}}/{name}")
    assert isinstance(rest, dict)
    return yaml.safe_dump({"name": rest.pop("name"), "dataset": data, **rest}, sort_keys=False)


def _below(base: Path, folder: str, name: str) -> str:
    """The path with `${DATA}` for `base`; outside of that its name alone."""
    path = Path(folder)
    inside = path.is_relative_to(base) and base != Path(base.anchor) and ".." not in path.parts
    return "/".join(("${DATA}", *(path.relative_to(base).parts if inside else ()), name))


def _replaced(value: Any, replacement: Replacement) -> Any:
    """The JSON value with each absolute path replaced; within longer texts its folders are left out."""
    if isinstance(value, dict):
        return {_replaced(key, replacement): _replaced(item, replacement) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, replacement) for item in value]
    if not isinstance(value, str):
        return value
    if path := _PATH.match(value):
        return replacement(path["prefix"] or "", path["folder"], _named(path["folder"], path["name"]))
    return _IN_TEXT.sub(_bare, value)


def _bare(found: re.Match[str]) -> str:
    """An address without its user, a path without its folders; a lone `/` stays."""
    if found["scheme"]:
        return found["scheme"] + found["host"]
    folder, name = found["folder"], found["name"]
    return _named(folder, name) if name or re.search(r"[^\\/]", folder) else folder


def _named(folder: str, name: str) -> str:
    return _HOME if name and _HOMES.search(folder) else name
