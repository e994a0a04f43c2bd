"""The grids that come with the package, by name: `quickstart`, `mura`, `literature/001`, …"""

from functools import cache
from pathlib import Path

from benchmark.errors import UserError
from extractors.validation import did_you_mean

_PACKAGE = Path(__file__).parents[1]
# in a wheel beside the modules; in a clone at its top, where people look for them
_PLACES = (_PACKAGE / "shipped_grids", _PACKAGE.parent / "grids")


@cache
def shipped_grids() -> dict[str, Path]:
    """The files of the shipped grids by their names, which are their paths without `.yaml`, in their order."""
    folder = next((place for place in _PLACES if place.is_dir()), None)
    files = sorted(folder.rglob("*.yaml")) if folder else []
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in files if folder}


def grid_path(given: Path | str) -> Path:
    """The file that a user means: a file by its path, or else the shipped grid of this name.

    Raises UserError for a word that is neither; a path to nothing is returned as it is.
    """
    path = Path(given)
    named = None if path.is_file() else shipped_grids().get(path.as_posix())
    if named is None and not path.suffix and not path.exists():
        suggestion = did_you_mean(path.as_posix(), tuple(shipped_grids()))
        raise UserError(f"{path}: no file, and no grid of this name ships with benchmark{suggestion}")
    return named or path
