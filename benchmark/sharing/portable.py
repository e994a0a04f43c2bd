"""A grid and a record without the folders of the machine that they come from."""

import re
from collections.abc import Callable
from typing import Any

import yaml

from benchmark.grid.schema import Grid

# an absolute path of Unix or Windows, also behind a prefix such as `local-dir:`
_PATH = re.compile(
    r"^(?P<prefix>[A-Za-z][\w-]+:)?(?P<folder>(?:/|[A-Za-z]:[\\/]).*[\\/]|/)(?P<name>[^\\/]*)$"
)


def without_folders(value: Any) -> Any:
    """The JSON value with the last part of each absolute path in its place."""
    return _replaced(value, lambda prefix, name: prefix + name)


def portable_grid(grid: Grid) -> str:
    """A grid file (YAML) with `${DATA}/NAME` for paths of the data set, `${WEIGHTS}/NAME` for all others."""
    content = grid.model_dump(mode="json", exclude_unset=True)
    data = _replaced(content.pop("dataset"), lambda prefix, name: f"{prefix}${{DATA}}/{name}")
    rest = _replaced(content, lambda prefix, name: f"{prefix}${{WEIGHTS}}/{name}")
    assert isinstance(rest, dict)
    return yaml.safe_dump({"name": rest.pop("name"), "dataset": data, **rest}, sort_keys=False)


def _replaced(value: Any, replacement: Callable[[str, str], str]) -> Any:
    """The JSON value with each absolute path replaced."""
    if isinstance(value, dict):
        return {key: _replaced(item, replacement) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, replacement) for item in value]
    if isinstance(value, str) and (path := _PATH.match(value)):
        return replacement(path["prefix"] or "", path["name"])
    return value
