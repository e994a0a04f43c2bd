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
    """The files of the shipped grids by their names, which are their paths without `.yaml`."""
    folder = next((place for place in _PLACES if place.is_dir()), None)
    files = sorted(folder.rglob("*.yaml")) if folder else []
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in files if folder}


def grid_path(given: Path | str) -> Path:
    """A file by its path, else the shipped grid of this name, else the path as it is."""
    path = Path(given)
    named = None if path.is_file() else shipped_grids().get(path.as_posix())
    return named or path


def refuse_unknown(path: Path) -> None:
    """Raise UserError for what looks like a name, and is neither a file nor the name of a shipped grid."""
    if not path.suffix and not path.exists():
        suggestion = did_you_mean(path.as_posix(), tuple(shipped_grids()))
        raise UserError(f"{path}: no file, and no grid of this name ships with benchmark{suggestion}")
