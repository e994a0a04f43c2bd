"""The files of a data set: regular files below its folder, found under their name in any Unicode form."""

import errno
import ntpath
import os
import posixpath
import stat
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmark.datasets.spelling import composed
from benchmark.datasets.text_table import kind_of_file
from benchmark.errors import UserError

MISSING = "does not exist"
_OUTSIDE = (
    "the folder of the data set; move the file into it, or set 'allow_outside: true' in the grid's dataset "
    "(--allow-outside of the data commands)"
)


def plain_path(text: str) -> str:
    """A listing's path with `/` between its parts, and without `.` and `..` where they can go."""
    return posixpath.normpath(text.replace("\\", "/"))


@dataclass
class ImageFiles:
    """Looks for the files of one data set below `root`; folders that were seen are remembered.

    `sizes` gets the bytes of each file that was found, by its name on disk.
    """

    root: Path
    allow_outside: bool = False
    sizes: dict[str, int] = field(default_factory=dict)
    _inside: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def _base(self) -> str:
        return os.path.join(self.root, "")  # noqa: PTH118 (ends in the separator)

    def find(self, name: str) -> tuple[str, str]:
        """The name of the file on disk, in the Unicode form that it has there, and what is wrong with it.

        The second is empty for a regular file, which must lie below the root unless `allow_outside`.
        """
        if not self.allow_outside and _leaves(name):
            return name, f"is not below {_OUTSIDE}"
        try:
            return name, self._problem(name)
        except (OSError, ValueError) as error:  # ValueError: a NUL
            other = None if name.isascii() else self._other_form(name)
            return (name, _why(error)) if other in (None, name) else self.find(str(other))

    def _problem(self, name: str) -> str:
        # a tenth of the time of Path; a name may be absolute where it may lie outside
        path = os.path.join(self.root, name) if self.allow_outside else self._base + name  # noqa: PTH118
        found = os.lstat(path)
        is_link = stat.S_ISLNK(found.st_mode)
        if is_link:
            found = os.stat(path)  # noqa: PTH116
        if not stat.S_ISREG(found.st_mode):
            return f"is {kind_of_file(found.st_mode)}, not an image file"
        if not self.allow_outside and not self._is_inside(name, path, is_link):
            return f"is, or lies in, a link that leads out of {_OUTSIDE}"
        self.sizes[name] = found.st_size
        return ""

    def _other_form(self, name: str) -> str | None:
        """The name on disk that is the same text in another Unicode form, folder by folder."""
        found = ""
        for part in name.split("/"):
            forms = (part, composed(part), unicodedata.normalize("NFD", part))
            there = next((form for form in forms if os.path.lexists(self.root / found / form)), None)
            if there is None:
                return None
            found = posixpath.join(found, there)
        return found

    def _is_inside(self, name: str, path: str, is_link: bool) -> bool:
        """Whether a file lies below the root when all links are followed."""
        if is_link:
            return self._contains(os.path.realpath(path))
        folder = name.rpartition("/")[0]
        known = self._inside.get(folder)
        return self._folder_is_inside(folder) if known is None else known

    def _folder_is_inside(self, folder: str) -> bool:
        """As its parent, unless it is a link itself: one look per folder."""
        if not folder:
            return True
        if folder not in self._inside:
            path = self._base + folder
            self._inside[folder] = (
                self._contains(os.path.realpath(path))
                if os.path.islink(path)  # noqa: PTH114
                else self._folder_is_inside(folder.rpartition("/")[0])
            )
        return self._inside[folder]

    def _contains(self, real: str) -> bool:
        root = os.path.realpath(self.root)
        return os.path.commonpath([root, real]) == root


def _leaves(name: str) -> bool:
    if name.startswith(("/", "..", "\\")) or ":" in name:
        return name.startswith("/") or name.split("/")[0] == ".." or bool(ntpath.splitdrive(name)[0])
    return False  # quickly


def _why(error: OSError | ValueError) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ENAMETOOLONG:
        return "has a name that is too long for a file"
    if code == errno.ELOOP:
        return "is a link that leads to itself"
    if code in (errno.EACCES, errno.EPERM):
        return "cannot be read: permission denied"
    return MISSING


def found_files(files: ImageFiles, names: Iterable[str]) -> list[str]:
    """The names on disk of files that were found in folders. Raises UserError for one that cannot be read."""
    found = []
    for name in names:
        on_disk, problem = files.find(name)
        if problem:
            raise UserError(f"{files.root}: '{shown(name)}' {problem}")
        found.append(on_disk)
    return found


def find_files(
    listing: Path, files: ImageFiles, names: Mapping[int, str], hint: str = ""
) -> tuple[dict[int, str], int]:
    """The names on disk of a listing's files, by line, and how many of them differ from the listing.

    Raises UserError, ending in `hint`, when files are missing, and for one that is no regular file or lies
    outside of the data set's folder.
    """
    found, missing = {}, {}
    for line, name in names.items():
        found[line], problem = files.find(name)
        if problem == MISSING:
            missing[line] = name
        elif problem:
            raise UserError(f"{listing}:{line}: '{shown(name)}' {problem}")
    if missing:
        first = ", ".join([shown(name) for name in missing.values()][:3]) + (
            ", ..." if len(missing) > 3 else ""
        )
        raise UserError(
            f"{listing}:{min(missing)}: {len(missing)} of {len(names)} images do not exist: {first}{hint}"
        )
    return found, sum(found[line] != name for line, name in names.items())


def shown(name: str) -> str:
    """A path for a message: shortened, and bytes that are no UTF-8 as `\\udcff`."""
    text = name.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 120 else f"{text[:60]}...{text[-40:]}"
