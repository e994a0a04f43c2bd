"""Folders of DICOM files as a data set: with a CSV of labels, or in class folders."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmark.datasets.at_path import Labels
from benchmark.datasets.dicom.headers import read_headers
from benchmark.datasets.dicom.labels import FORMAT
from benchmark.datasets.dicom.studies import refuse_without_extra
from benchmark.errors import UserError
from benchmark.execution.executors import available_cores
from benchmark.setup.asked import Asked, Found
from benchmark.setup.class_labels import labels_of_folders
from benchmark.setup.class_tree import class_tree
from benchmark.setup.known_kinds import in_labelled_dicom
from extractors.array_store import write_atomically


def in_dicom(asked: Asked) -> Found:
    """DICOM files with the CSV that was named, the one in the folder, or class folders for labels.

    Raises UserError without labels, with the way out.
    """
    refuse_without_extra(asked.data)
    labels = asked.labels or _own_labels(asked.data)
    return in_labelled_dicom(asked, labels) if labels else _in_class_folders(asked)


def _own_labels(folder: Path) -> Path | None:
    """labels.csv in the folder, or else the only CSV there."""
    found = sorted(folder.glob("*.csv"))
    if folder / "labels.csv" in found:
        return folder / "labels.csv"
    return found[0] if len(found) == 1 else None


def _in_class_folders(asked: Asked) -> Found:
    """DICOM files in class folders: the labels are written into a CSV beside the grid, by SOPInstanceUID."""
    try:
        tree = class_tree(asked.data, suffixes=None)
    except UserError:
        raise UserError(
            f"{asked.data}: DICOM files without labels: put labels.csv in the folder, or name it with "
            f"--labels ({FORMAT}), or sort the files into folders normal/ and abnormal/"
        ) from None
    folders = [image.class_name for image in tree.images]
    given, _, task, taken = labels_of_folders(asked.data, folders, asked.kept, asked.abnormal)
    images = read_headers(tree.root, [image.path for image in tree.images], available_cores()).images
    uids = images.set_index("path")["image_uid"]
    rows = [
        (uids[image.path], label, image.split)
        for image, label in zip(tree.images, given, strict=True)
        if image.path in uids.index
    ]
    if not rows:
        raise UserError(f"{asked.data}: no DICOM file in the class folders holds an image")
    text = _csv_text(pd.DataFrame(rows, columns=["image_uid", "label", "split"]))
    labels, draft = asked.beside("-labels.csv"), asked.cache / "dicom" / "proposed-labels.csv"
    draft.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(draft, text)
    kept = Labels(task.kind, task.classes if asked.kept.classes else ())
    found = in_labelled_dicom(replace(asked, data=tree.root, abnormal=(), kept=kept), draft)
    return replace(
        found,
        dataset={**found.dataset, "labels": labels.name},
        notes=(*tree.notes, taken, *found.notes),
        makes=(labels,),
        make=lambda: write_atomically(labels, text),
    )


def _csv_text(rows: pd.DataFrame) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = ["image_uid", "label", *(["split"] if rows["split"].any() else [])]
    writer.writerow(columns)
    writer.writerows(rows[columns].itertuples(index=False))
    return text.getvalue()
