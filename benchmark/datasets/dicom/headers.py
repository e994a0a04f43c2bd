"""What the DICOM files below a folder say of their images: one row per image, nothing decoded.

The values identify people. They stay in memory: what is shown and kept is made by `pseudonyms`.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from joblib import Parallel, delayed

from benchmark.datasets.mura_folders import is_hidden
from benchmark.errors import UserError, reason
from extractors.dicom.pixel_module import kind_of
from extractors.dicom.reading import has_prefix, holds_dicom, is_given, read_elements, text_of
from extractors.image_files import ImageFileError, regular_file
from extractors.orphans import ending_with_this

if TYPE_CHECKING:
    from pydicom import Dataset

ELEMENTS = {  # column: the elements it is taken from, the first that is there
    "image_uid": ("SOPInstanceUID",),
    "study_uid": ("StudyInstanceUID",),
    "accession_number": ("AccessionNumber",),
    "patient_id": ("PatientID",),
    "issuer": ("IssuerOfPatientID",),
    "body_part": ("BodyPartExamined",),
    "view": ("ViewPosition",),
    "laterality": ("ImageLaterality", "Laterality"),
    "manufacturer": ("Manufacturer",),
    "modality": ("Modality",),
    "sex": ("PatientSex",),
    "age": ("PatientAge",),
    "birth_date": ("PatientBirthDate",),
    "study_date": ("StudyDate",),
    "burned_in": ("BurnedInAnnotation",),
}
_KEYWORDS = ("Rows", "SOPClassUID", *(keyword for keywords in ELEMENTS.values() for keyword in keywords))
_DEPTH = 30  # folders in folders; more is a link that leads back (Linux itself follows 40 of them)
_LOOKED_AT = 50  # files, to see whether a folder is of DICOM; chosen by hand
_CHUNK = 4000  # files that a worker reads at once, 0.6 ms each; fewer are not worth a worker; chosen by hand


@dataclass
class Headers:
    """`images` has the columns path (posix, below the root) and those of ELEMENTS, all text.

    `without_image` counts DICOM files without an image by their kind, `others` files that are no DICOM;
    `damaged` are DICOM files that cannot be read, as path and reason.
    """

    images: pd.DataFrame
    without_image: Counter[str] = field(default_factory=Counter)
    others: int = 0
    damaged: list[tuple[str, str]] = field(default_factory=list)


def files_below(root: Path, *, follow_links: bool = False) -> tuple[list[str], int]:
    """All files below a folder (posix paths, sorted; hidden ones are none), and how many links were left out.

    Raises UserError for what is no folder, a folder that cannot be read, and links that lead back.
    """
    if not root.is_dir():
        raise UserError(f"{root}: there is no such folder of DICOM files")
    found: list[str] = []
    links = 0
    for entry in _entries(root, "", 0, follow_links):
        if entry is None:
            links += 1
        else:
            found.append(entry)
    return sorted(found), links


def _entries(root: Path, name: str, depth: int, follow_links: bool) -> Iterator[str | None]:
    """The files of one folder and those below; None for a link that is not followed."""
    if depth > _DEPTH:
        raise UserError(f"{root}: folders nested deeper than {_DEPTH}; does a link lead back?")
    try:
        with os.scandir(root / name) as entries:
            found = [entry for entry in entries if not is_hidden(entry.name)]
    except OSError as error:
        raise UserError(f"{root}: a folder in it cannot be read: {reason(error)}") from None
    for entry in found:
        path = f"{name}{entry.name}"
        try:
            is_link, is_folder = entry.is_symlink(), entry.is_dir()
        except OSError:  # a link that leads to itself
            is_link, is_folder = True, False
        if is_link and not follow_links:
            yield None
        elif is_folder:
            yield from _entries(root, f"{path}/", depth + 1, follow_links)
        else:
            yield path


def holds_dicom_files(root: Path) -> bool:
    """Whether one of the first files below a folder has the prefix of DICOM; False when it cannot be read."""
    try:
        first = list(islice((path for path in _entries(root, "", 0, False) if path), _LOOKED_AT))
        return any(_has_prefix(root / path) for path in first)
    except UserError:
        return False


def _has_prefix(path: Path) -> bool:
    try:
        with regular_file(path) as stream:
            return has_prefix(stream)
    except (ImageFileError, OSError):
        return False


def read_headers(root: Path, paths: Sequence[str], jobs: int) -> Headers:
    """Read the headers of these files, in parallel processes where there are many."""
    chunks = [paths[start : start + _CHUNK] for start in range(0, len(paths), _CHUNK)]
    workers = min(jobs, len(chunks)) if len(chunks) > 1 else 1
    parts = Parallel(n_jobs=workers, **ending_with_this())(
        delayed(_read_chunk)(root, chunk) for chunk in chunks
    )
    whole = Headers(pd.DataFrame(columns=["path", *ELEMENTS], dtype="str"))
    rows = [row for rows, _ in parts for row in rows]
    if rows:
        whole.images = pd.DataFrame(rows, dtype="str")
    for _, part in parts:
        whole.without_image.update(part.without_image)
        whole.others += part.others
        whole.damaged += part.damaged
    return whole


def _read_chunk(root: Path, paths: Sequence[str]) -> tuple[list[dict[str, str]], Headers]:
    rows: list[dict[str, str]] = []
    rest = Headers(pd.DataFrame())
    for path in paths:
        row = _read(root, path, rest)
        if row is not None:
            rows.append(row)
    return rows, rest


def _read(root: Path, path: str, rest: Headers) -> dict[str, str] | None:
    """The row of one file; None, and an entry in `rest`, for one that holds no image."""
    certain = False
    try:
        with regular_file(root / path) as stream:
            if not holds_dicom(stream):
                rest.others += 1
                return None
            certain = has_prefix(stream)
            elements = read_elements(stream, _KEYWORDS)
            kind = None if "Rows" in elements else _other_kind(elements)
    except (ImageFileError, OSError) as error:
        if certain:
            rest.damaged.append((path, reason(error)))
        else:
            rest.others += 1
        return None
    if kind is not None:
        rest.without_image[kind] += 1
        return None
    row = {"path": path}
    for column, keywords in ELEMENTS.items():
        row[column] = next((text for keyword in keywords if (text := text_of(elements, keyword))), "")
    return row


def _other_kind(elements: "Dataset") -> str:
    """What a file without an image is. Raises ImageFileError for one that ends before its image."""
    if not is_given(elements, "SOPClassUID"):
        raise ImageFileError("a damaged or truncated DICOM file without SOPClassUID")
    kind = kind_of(elements).strip(" ()")
    if "Image Storage" in kind:
        raise ImageFileError("a damaged or truncated DICOM file: it should hold an image and has no Rows")
    return kind or "of an unknown kind"
