"""Read a folder of DICOM files and a CSV of labels as a manifest in which nobody can be recognised.

Files are named by digests too, since paths often hold names and numbers: the manifest lies in the cache, as
links to the files.
"""

from pathlib import Path

from filelock import FileLock

from benchmark.datasets.dicom.headers import files_below
from benchmark.datasets.dicom.linked_manifest import folder_of, read_linked, write_linked
from benchmark.datasets.dicom.studies import DicomFolder, labelled_studies, refuse_without_extra
from benchmark.datasets.manifest import Manifest
from benchmark.errors import UserError
from extractors.digests import JsonValue
from results.label_tasks import BINARY


def read_dicom(asked: DicomFolder, cache: Path, jobs: int = 1) -> Manifest:
    """The manifest of the DICOM images of a folder, made in `cache` or read from there.

    It is made once for the same files, labels and settings. Raises UserError for what cannot be used, without
    a value from a header; the paths of files that are at fault are in a file of the cache, which the message
    names.
    """
    refuse_without_extra(asked.root)
    paths, links = files_below(asked.root, follow_links=asked.allow_outside)
    settings: list[JsonValue] = [asked.match, asked.partial]
    if asked.task != BINARY:
        settings += [asked.task, *asked.classes]
    folder = folder_of(cache, asked.root, paths, asked.labels, settings)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        manifest = read_linked(folder)
        if manifest is None:
            found = labelled_studies(asked, (paths, links), cache, jobs)
            write_linked(folder, asked.root, found.table, found.evaluated_on, found.notes, found.task)
            manifest = read_linked(folder)
    if manifest is None:
        raise UserError(f"{folder}: the manifest just written cannot be read back")
    return manifest
