"""The labelled studies of a folder of DICOM files, with digests for names: for data sets and copies."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmark.datasets.dicom.headers import Headers, read_headers
from benchmark.datasets.dicom.labels import labelled, read_label_rows
from benchmark.datasets.dicom.naming import named
from benchmark.datasets.dicom.pseudonyms import key_of, patients_of
from benchmark.errors import UserError
from extractors.array_store import write_atomically
from extractors.dicom.reading import check_installed
from extractors.image_files import ImageFileError
from results.counts import counted, of_count
from results.label_tasks import BINARY, TWO_CLASSES, LabelTask


@dataclass(frozen=True)
class DicomFolder:
    """A folder of DICOM files below `root`, and the CSV `labels` of their labels.

    `match` is the identifier by which the CSV's rows name studies or images, where several could; `partial`
    leaves out images without a row, and rows without an image; links are followed only with `allow_outside`.
    `task` and `classes` say what the labels are, as of a manifest.
    """

    root: Path
    labels: Path
    match: str | None = None
    partial: bool = False
    allow_outside: bool = False
    task: str = BINARY
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelledStudies:
    """`table` has the columns of `naming.named`; `evaluated_on`, `notes` and `task` are a Manifest's."""

    table: pd.DataFrame
    evaluated_on: str
    notes: list[str]
    task: LabelTask = TWO_CLASSES


def refuse_without_extra(root: Path) -> None:
    """Raise UserError when the extra `dicom` is not installed."""
    try:
        check_installed()
    except ImageFileError:
        raise UserError(
            f"{root}: reading a folder of DICOM files needs: pip install 'benchmark[dicom]'"
        ) from None


def labelled_studies(
    asked: DicomFolder, files: tuple[Sequence[str], int], cache: Path, jobs: int, key: bytes | None = None
) -> LabelledStudies:
    """Join the headers of `files` (paths below the root, and how many links were left out) with the labels.

    `key` is that of the digests; by default one made of all images. Raises UserError as `read_dicom`.
    """
    paths, links = files
    rows = read_label_rows(asked.labels, asked.match, asked.task, asked.classes)
    headers = read_headers(asked.root, paths, jobs)
    _refuse_unusable(asked.root, headers, cache)
    images = headers.images.drop_duplicates("image_uid")
    found, label_notes = labelled(images, rows, partial=asked.partial)
    _refuse_mixed(asked.root, found, cache)
    table, table_notes = named(found, rows, key or key_of(images["image_uid"]))
    notes = [_counts_note(headers, links), *rows.notes, *label_notes, *table_notes]
    evaluated_on = rows.evaluated_on if (table["split"] == "test").any() else ""
    return LabelledStudies(table, evaluated_on, [note for note in notes if note], rows.task)


def _refuse_unusable(root: Path, headers: Headers, cache: Path) -> None:
    """Raise UserError when there is no image, or one without the identifiers of images and studies."""
    if headers.damaged:
        why = headers.damaged[0][1]
        files = [path for path, _ in headers.damaged]
        raise UserError(
            f"{root}: {counted(len(files), 'DICOM file')} cannot be read (first: {why}); "
            f"{files_at_fault(cache, root, files)}"
        )
    if not len(headers.images):
        raise UserError(f"{root}: no DICOM image is below this folder ({headers.others:,} other files)")
    for column, element in (("image_uid", "SOPInstanceUID"), ("study_uid", "StudyInstanceUID")):
        without = headers.images["path"][headers.images[column] == ""].tolist()
        if without:
            raise UserError(
                f"{root}: {len(without):,} DICOM images have no {element}; "
                f"{files_at_fault(cache, root, without)}"
            )


def _refuse_mixed(root: Path, images: pd.DataFrame, cache: Path) -> None:
    """Raise UserError for images of nobody, and for studies of two patients."""
    if "patient_given" in images:
        return
    nobody = images["path"][images["patient_id"] == ""].tolist()
    if nobody:
        raise UserError(
            f"{root}: {counted(len(nobody), 'image')} {of_count(len(nobody), 'has', 'have')} no "
            f"PatientID, so that patients cannot be kept apart; add a "
            f"column 'patient' to the labels; {files_at_fault(cache, root, nobody)}"
        )
    people = patients_of(images["patient_id"], images["issuer"])
    mixed = people.groupby(images["study_uid"]).transform("nunique") > 1
    if mixed.any():
        studies = images["study_uid"][mixed].nunique()
        raise UserError(
            f"{root}: {counted(studies, 'study')} {of_count(studies, 'has', 'have')} images of two patients; "
            f"{files_at_fault(cache, root, images['path'][mixed].tolist())}"
        )


def files_at_fault(cache: Path, root: Path, paths: Sequence[str]) -> str:
    """Write paths, which may hold names and numbers, into a file of the cache; returns where they are."""
    file = cache / "dicom" / "files_at_fault.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, "".join(f"{root / path}\n" for path in paths))
    return f"their paths are in {file}"


def _counts_note(headers: Headers, links: int) -> str:
    """What was left out, and why; empty when nothing was."""
    kinds = headers.without_image
    repeated = int(headers.images["image_uid"].duplicated().sum())
    named = ", ".join(f"{count:,} {name}" for name, count in sorted(kinds.items()))
    left_out = (
        f"{counted(kinds.total(), 'DICOM file')} without an image ({named})" if kinds else "",
        f"{repeated:,} that repeat the SOPInstanceUID of another" if repeated else "",
        f"{links:,} links (allow_outside: true follows them)" if links else "",
    )
    said = ", ".join(note for note in left_out if note)
    return f"left out: {said}" if said else ""
