"""Names of networks that were found to exist, noted in a cache, as to ask timm takes seconds."""

import json
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extractors.array_store import write_atomically
from extractors.sources import check_name

_NOTE = "backbones.json"
_LIBRARIES = ("timm", "torchvision")


def check_names(names: Iterable[str], cache: Path) -> None:
    """`check_name` of each name, unless it was found before by the same versions of the libraries.

    Raises ValueError for a network that its source does not have. Names on a hub or in a folder are not
    noted; nothing is where the folder `cache` is absent or cannot be written.
    """
    asked, note = set(names), cache / _NOTE
    versions = {library: _version(library) for library in _LIBRARIES}
    known = _noted(note, versions)
    for name in sorted(asked - known):
        check_name(name)
    found = known | {name for name in asked if ":" not in name and "/" not in name}
    if found != known and cache.is_dir():
        with suppress(OSError):
            write_atomically(note, json.dumps({"versions": versions, "names": sorted(found)}))


def _noted(note: Path, versions: dict[str, str]) -> set[str]:
    try:
        content = json.loads(note.read_bytes())
        return set(map(str, content["names"])) if content["versions"] == versions else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
