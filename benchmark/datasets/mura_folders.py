"""Where MURA's tree lies in a folder, and which image files are in it."""

import os
from collections.abc import Iterator
from pathlib import Path

from benchmark.datasets.file_lookup import shown
from benchmark.datasets.text_table import kind_of_file
from benchmark.errors import UserError, reason

EXPECTED = "MURA-v1.1/train/XR_ELBOW/patient00001/study1_positive/image1.png, as Stanford ships it"
SPLITS = ("train", "valid")
_NAME = "MURA-v1.1"
_SUFFIXES = (".png", ".jpg", ".jpeg")
_DEPTH = 8  # folders below the root; MURA has four
_MANY = 1000  # folders to look into for a hint


def mura_folder(root: Path) -> tuple[Path, str]:
    """The folder with train/ and valid/, and a note when it is not `root` or `root`/MURA-v1.1.

    Raises UserError that names a folder below or above that would do.
    """
    for folder in (root, root / _NAME):
        if _holds_mura(folder):
            return folder, ""
    nested = root / _NAME / _NAME
    if _holds_mura(nested):
        return nested, f"MURA is read from {nested}, a folder in a folder of its name"
    raise UserError(f"{root}: not MURA: {_why(root)} (expected {EXPECTED}){_hint(root)}")


def _why(root: Path) -> str:
    if not root.exists():
        return "there is no such folder"
    if root.is_dir():
        return "no train/ or valid/ there"
    what = "a file" if root.is_file() else kind_of_file(root.stat().st_mode)
    return f"it is {what}; give the folder of the unpacked data"


def _holds_mura(folder: Path) -> bool:
    return any((folder / split).is_dir() for split in SPLITS)


def _hint(root: Path) -> str:
    above = [folder for folder in root.absolute().parents if _holds_mura(folder)]
    if any(part.lower() in SPLITS or part.upper().startswith("XR_") for part in root.parts) and above:
        return f"; give the folder above: {above[0]}"
    below = next((folder for folder in _folders_below(root) if _holds_mura(folder)), None)
    return f"; give the folder below: {below}" if below else ""


def _folders_below(root: Path) -> Iterator[Path]:
    """Folders one and two levels below, some of them when there are very many."""
    near = _subfolders(root)
    yield from near
    for folder in near[:_MANY]:
        yield from _subfolders(folder)


def _subfolders(folder: Path) -> list[Path]:
    try:
        return [
            entry
            for entry in sorted(folder.iterdir())[:_MANY]
            if entry.is_dir() and not is_hidden(entry.name)
        ]
    except OSError:
        return []


def found_images(folder: Path, split: str) -> list[str]:
    """All images below one part, in the order of their names; hidden files and folders are none.

    Raises UserError for a folder that cannot be read, folders nested deeper than MURA's (a link that leads
    back to a folder above it), a name that is no UTF-8, and a folder with the name of an image.
    """
    return sorted(_images_in(folder, split)) if (folder / split).is_dir() else []


def _images_in(root: Path, name: str) -> Iterator[str]:
    if name.count("/") > _DEPTH:
        raise UserError(f"{root}: '{shown(name)}': folders nested deeper than MURA's; does a link lead back?")
    try:
        with os.scandir(root / name) as entries:
            found = [entry for entry in entries if not is_hidden(entry.name)]
    except OSError as error:
        raise UserError(f"{root}: '{shown(name)}': {reason(error)}") from None
    for entry in found:
        path = f"{name}/{entry.name}"
        is_image, is_folder = entry.name.lower().endswith(_SUFFIXES), _is_folder(entry)
        if is_image and is_folder:
            raise UserError(f"{root}: '{shown(path)}' is a folder, not an image file; rename it")
        if is_image:
            _check_name(root, path)
            yield path
        elif is_folder:
            yield from _images_in(root, path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _check_name(root: Path, path: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise UserError(f"{root}: the file name '{shown(path)}' is no UTF-8; rename the file") from None


def is_hidden(path: str) -> bool:
    """Whether a file, or a folder on its path, is hidden (.ipynb_checkpoints, macOS's ._image1.png)."""
    if "/." not in f"/{path}" and "__MACOSX" not in path:
        return False  # quickly
    parts = path.split("/")
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in parts)
