"""Names of networks that exist, found in the text of timm and torchvision: to import these takes seconds."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from extractors.sources import check_name, source_of

# A function's decorator, those below it, and the function's name.
_REGISTERED = re.compile(r"^@register_model\b[^\n]*\n(?:(?!def )[^\n]*\n)*?def (\w+)\(", re.MULTILINE)
_SCANNED = ("timm", "torchvision")


def check_names(names: Iterable[str]) -> None:
    """`check_name` of each name that is not found in the text of its library.

    Raises ValueError for a network that its source does not have.
    """
    for name in sorted(set(names)):
        source = source_of(name)
        architecture = name.removeprefix(source.prefix).split(".")[0]
        if source.name not in _SCANNED or architecture not in registered(source.name):
            check_name(name)


@cache
def registered(library: str) -> frozenset[str]:
    """The functions that `library.models` registers as networks; fewer, or none, in another layout."""
    found = find_spec(library)
    folders = found.submodule_search_locations if found else None
    files = [file for folder in folders or () for file in Path(folder, "models").glob("*.py")]
    return frozenset(name for file in files for name in _REGISTERED.findall(file.read_text(encoding="utf-8")))
