"""Convert a folder of DICOM files into PNG files and a manifest that hold no header and nobody's name.

The pixels are those that the suite would read from the DICOM files: eight bits by the window of each file.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from joblib import Parallel, delayed

from benchmark.datasets.dicom.headers import files_below
from benchmark.datasets.dicom.studies import (
    DicomFolder,
    LabelledStudies,
    files_at_fault,
    labelled_studies,
    refuse_without_extra,
)
from benchmark.datasets.manifest import DESCRIBING
from benchmark.errors import UserError
from extractors.grey_values import grey_image
from extractors.image_files import ImageFileError, open_image
from extractors.orphans import ending_with_this
from results.counts import counted, of_count
from results.frames import csv_text
from results.label_tasks import MULTILABEL

_AT_ONCE = 32  # images between two reports of progress; chosen by hand


@dataclass(frozen=True)
class Converted:
    """The manifest that was written, how many images it lists, and notes on what was taken for what."""

    manifest: Path
    images: int
    notes: tuple[str, ...]


def from_dicom(
    asked: DicomFolder,
    out: Path,
    key: bytes,
    *,
    cache: Path,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda now, total: None,
) -> Converted:
    """Write OUT/images/STUDY/IMAGE.png and OUT/manifest.csv: digests (by `key`) in the place of identifiers.

    `progress` is told how many images are done now, and of how many.
    `asked` and `cache` as in `read_dicom`; with `partial`, images that cannot be decoded are left out too.
    The manifest's columns are those of the format, DESCRIBING, and `split` where the labels have one. Raises
    UserError, without a value from a header, for what cannot be used and for an OUT that is not empty.
    """
    refuse_without_extra(asked.root)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} is not empty: name another folder")
    files = files_below(asked.root, follow_links=asked.allow_outside)
    found = labelled_studies(asked, files, cache, jobs, key)
    table = found.table.assign(file="images/" + found.table["image"].str.removesuffix(".dcm") + ".png")
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        failed = _write_images(asked.root, temporary, table, jobs, progress)
        notes = [*found.notes, *_without(asked, failed, cache)]
        table = table[~table["path"].isin(failed)]
        if burned := int(table["burned_in"].sum()):
            notes.append(
                f"{counted(burned, 'image')} {of_count(burned, 'says', 'say')} that text is burnt in; "
                f"look at them before others do"
            )
        if table.empty:
            raise UserError(f"{asked.root}: no image can be decoded (first: {next(iter(failed.values()))})")
        (temporary / "manifest.csv").write_text(_csv(table, found), encoding="utf-8", newline="\n")
        temporary.replace(out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Converted(out / "manifest.csv", len(table), tuple(notes))


def _csv(table: pd.DataFrame, found: LabelledStudies) -> str:
    written = table.assign(path=table["file"])
    if found.task.kind == MULTILABEL:  # whole numbers and blanks
        written = written.astype(dict.fromkeys(found.task.label_columns, "Int64"))
    elif not found.task.is_binary:
        written = written.assign(label=[found.task.classes[number] for number in table["label"]])
    columns = written[["path", "patient", "study", "body_part", *found.task.label_columns]]
    if found.evaluated_on:
        columns["split"] = table["split"].replace("test", found.evaluated_on)
    return csv_text(columns.join(table[list(DESCRIBING)]))


def _write_images(
    root: Path, folder: Path, table: pd.DataFrame, jobs: int, progress: Callable[[int, int], None]
) -> dict[str, str]:
    """Decode and write the files of the table; returns why one cannot be, by its path."""
    for study in {file.rpartition("/")[0] for file in table["file"]}:
        (folder / study).mkdir(parents=True)
    pairs = list(zip(table["path"], table["file"], strict=True))
    chunks = [pairs[start : start + _AT_ONCE] for start in range(0, len(pairs), _AT_ONCE)]
    workers = Parallel(n_jobs=min(jobs, len(chunks)), return_as="generator_unordered", **ending_with_this())
    failed = {}
    for number, errors in workers(delayed(_write_chunk)(root, folder, chunk) for chunk in chunks):
        failed.update(errors)
        progress(number, len(pairs))
    return dict(sorted(failed.items()))


def _write_chunk(root: Path, folder: Path, pairs: Sequence[tuple[str, str]]) -> tuple[int, dict[str, str]]:
    failed = {}
    for path, file in pairs:
        try:
            with open_image(root / path) as image:
                grey_image(image).save(folder / file, format="PNG")
        except ImageFileError as error:
            failed[path] = str(error)
            (folder / file).unlink(missing_ok=True)
    return len(pairs), failed


def _without(asked: DicomFolder, failed: dict[str, str], cache: Path) -> list[str]:
    """A note on images that are left out. Raises UserError where none may be."""
    if not failed:
        return []
    said = f"{counted(len(failed), 'image')} cannot be decoded (first: {next(iter(failed.values()))})"
    listed = files_at_fault(cache, asked.root, list(failed))
    if not asked.partial:
        raise UserError(f"{asked.root}: {said}; --partial leaves them out; {listed}")
    return [f"left out: {said}; {listed}"]
