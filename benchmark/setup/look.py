"""Recognise what a file or folder of data is, and read it: one entry per kind of data."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmark.datasets.dicom.headers import holds_dicom_files
from benchmark.errors import UserError, reason
from benchmark.setup.asked import AbnormalNotKnownError, Asked, Found
from benchmark.setup.class_folders import in_class_folders
from benchmark.setup.class_tree import SUFFIXES
from benchmark.setup.dicom_folders import in_dicom
from benchmark.setup.known_kinds import in_manifest, in_mura, is_mura
from benchmark.setup.medmnist_file import in_medmnist_file

_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")
_IMAGES = (*SUFFIXES, ".dcm")


@dataclass(frozen=True)
class Source:
    """A kind of data: whether a path holds it, and how it is read (raising UserError for what is damaged)."""

    name: str
    is_at: Callable[[Path], bool]
    found: Callable[[Asked], Found]


SOURCES = (  # the first that fits is taken
    Source("a MedMNIST file", lambda data: data.is_file() and data.suffix == ".npz", in_medmnist_file),
    Source("a manifest CSV", lambda data: data.is_file(), in_manifest),
    Source("a folder with manifest.csv", lambda data: (data / "manifest.csv").is_file(), in_manifest),
    Source("MURA's tree", is_mura, in_mura),
    Source("DICOM files", holds_dicom_files, in_dicom),
    Source("class folders", lambda data: True, in_class_folders),
)


def look(asked: Asked) -> tuple[Source, Found]:
    """What the data are, and their images. Raises UserError, of one line, for anything else."""
    data = asked.data
    try:
        if not data.exists():
            raise UserError(f"{data}: there is no such file or folder")
        if not data.is_file() and not data.is_dir():
            raise UserError(f"{data}: neither a file nor a folder")
        if data.is_file() and data.suffix.lower() in _ARCHIVES:
            raise UserError(f"{data}: an archive; unpack it and give its folder")
        if data.is_file() and data.suffix.lower() in _IMAGES:
            raise UserError(f"{data}: one image is no data set; give the folder that holds all of them")
        source = next(source for source in SOURCES if source.is_at(data))
        if asked.labels and source.found is not in_dicom:
            raise UserError(f"{data}: --labels is for DICOM files, and this is {source.name}")
        return source, source.found(asked)
    except AbnormalNotKnownError:
        raise
    except UserError as error:
        raise UserError(f"{error}{_listing_hint(data)}") from None
    except OSError as error:
        raise UserError(
            f"{error.filename or data}: cannot be read: {error.strerror or reason(error)}"
        ) from None


def _listing_hint(data: Path) -> str:
    """The tables in a folder that cannot be used as it is; empty when there are none."""
    if not data.is_dir():
        return ""
    try:
        tables = sorted(path.name for path in data.iterdir() if path.suffix.lower() in (".csv", ".npz"))
    except OSError:
        return ""
    return f"; if {tables[0]} lists the images, give that file itself" if tables else ""
