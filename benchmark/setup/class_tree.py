"""Find class folders: `normal` and `abnormal` in a folder, or in each of `train`, `val` and `test`."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.datasets.file_lookup import shown
from benchmark.datasets.mura_folders import is_hidden
from benchmark.datasets.split_words import split_of
from benchmark.errors import UserError, reason

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
_DEPTH = 12  # folders in folders; more is a link that leads back
_OUTER = 3  # folders with nothing but one folder in them, as unpacked archives have
_WAYS = (
    "two folders of images (normal/ and abnormal/), these in train/, val/ and test/, a manifest CSV, MURA's "
    "folder, a MedMNIST file (.npz), or DICOM files"
)


@dataclass(frozen=True)
class ClassImage:
    """An image (posix path below the tree's root), its class folder and its split (empty without)."""

    path: str
    class_name: str
    split: str


@dataclass(frozen=True)
class ClassTree:
    """The images of class folders below `root`; `notes` say what was taken for what and what was left out."""

    root: Path
    images: tuple[ClassImage, ...]
    notes: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the class folders, in the order of the alphabet."""
        return tuple(sorted({image.class_name for image in self.images}))


def class_tree(data: Path, suffixes: tuple[str, ...] | None = SUFFIXES) -> ClassTree:
    """Read the class folders of a folder; files without one of the `suffixes` (None: any) are no images.

    A folder with nothing but one folder in it is entered. Class folders of several splits are the same in any
    case of letters. Raises UserError for a folder without class folders, with the way out.
    """
    root, notes = _inner_folder(data, suffixes)
    folders = _folders(root)
    splits = [name for name in folders if split_of(name)]
    if splits:
        groups = [(split_of(name), f"{name}/") for name in splits]
        others = [name for name in folders if name not in splits]
        notes += [f"folders {', '.join(splits)} taken for the data set's own split"]
        notes += [f"left out: {_names(others)} beside them"] if others else []
    else:
        groups = [("", "")]
    images = [
        ClassImage(path, name.lower(), split)
        for split, prefix in groups
        for name in _folders(root / prefix)
        for path in sorted(_images(root, f"{prefix}{name}", suffixes, 0))
    ]
    empty = {n.lower() for _, prefix in groups for n in _folders(root / prefix)} - {
        image.class_name for image in images
    }
    loose = sum(len(_files(root / prefix, suffixes)) for _, prefix in groups)
    _refuse(root, images, loose, empty)
    if loose:
        notes.append(f"left out: {loose:,} images that lie beside the class folders")
    if empty:
        notes.append(f"left out: {_names(sorted(empty))} without an image")
    return ClassTree(root, tuple(images), tuple(notes))


def _inner_folder(data: Path, suffixes: tuple[str, ...] | None) -> tuple[Path, list[str]]:
    """The folder with class folders, entering folders that hold nothing but one folder."""
    root = data
    for _ in range(_OUTER):
        inside = _folders(root)
        if len(inside) != 1 or _files(root, suffixes) or not _folders(root / inside[0]):
            break
        root = root / inside[0]
    return root, [f"read from the folder {root.relative_to(data)} in it"] if root != data else []


def _refuse(root: Path, images: list[ClassImage], loose: int, empty: set[str]) -> None:
    """Raise UserError unless there are two classes or more."""
    classes = {image.class_name for image in images}
    if len(classes) > 1:
        return
    if classes:
        less = f"; {_names(sorted(empty))} holds no image" if empty else ""
        raise UserError(
            f"{root}: one class of images ('{shown(min(classes))}'){less}: normal and abnormal ones are "
            "needed, each in a folder of its own"
        )
    if loose:
        raise UserError(
            f"{root}: {loose:,} images and nothing that says which are abnormal: sort them into two folders, "
            "normal/ and abnormal/, or write a CSV path,patient,study,body_part,label"
        )
    raise UserError(f"{root}: no image is there that can be used; give one of: {_WAYS}")


def _folders(folder: Path) -> list[str]:
    return sorted(entry.name for entry in _entries(folder) if entry.is_dir())


def _files(folder: Path, suffixes: tuple[str, ...] | None) -> list[str]:
    return [e.name for e in _entries(folder) if e.is_file() and _is_image(e.name, suffixes)]


def _images(root: Path, name: str, suffixes: tuple[str, ...] | None, depth: int) -> Iterator[str]:
    if depth > _DEPTH:
        raise UserError(
            f"{root}: '{shown(name)}': folders nested deeper than {_DEPTH}; does a link lead back?"
        )
    for entry in _entries(root / name):
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            yield from _images(root, path, suffixes, depth + 1)
        elif _is_image(entry.name, suffixes):
            yield path


def _is_image(name: str, suffixes: tuple[str, ...] | None) -> bool:
    return suffixes is None or name.lower().endswith(suffixes)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not is_hidden(entry.name)]
    except OSError as error:
        raise UserError(f"{folder}: cannot be read: {error.strerror or reason(error)}") from None


def _names(names: list[str]) -> str:
    return ", ".join(f"'{shown(name)}'" for name in names[:5]) + (", ..." if len(names) > 5 else "")
