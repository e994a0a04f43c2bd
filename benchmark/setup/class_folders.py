"""Class folders as a data set: a manifest CSV beside the grid, and its images for a plan."""

import csv
import io
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.split_words import splits_of
from benchmark.setup.asked import Asked, Found, Keys, keys_of, path_in_grid
from benchmark.setup.class_labels import labels_of_folders
from benchmark.setup.class_tree import ClassTree, class_tree
from benchmark.setup.image_sides import sides_of
from benchmark.setup.patient_names import guessed_patients, hint
from extractors.array_store import write_atomically
from results.counts import counted

PART = "radiograph"  # a manifest needs a body part, and folders say nothing of it
_COLUMNS = ("path", "patient", "study", "body_part", "label")
_NO_PATIENTS = (
    "nothing says whose each image is, so that each counts as a patient of its own: if patients have several "
    "images, scores come out too high"
)


def in_class_folders(asked: Asked) -> Found:
    """A folder of class folders (`class_tree`) as a manifest. Raises UserError for what is none."""
    tree = class_tree(asked.data)
    folders = [image.class_name for image in tree.images]
    labels, numbers, task, taken = labels_of_folders(asked.data, folders, asked.kept, asked.abnormal)
    rows, patient_note = _rows(tree, labels, asked)
    csv_file = asked.beside("-manifest.csv")
    sides, unreadable = sides_of(asked.data, [csv_file.parent / path for path in rows["path"]])
    leads_out = _leads_out(csv_file.parent, rows["path"].tolist())
    dataset: Keys = {"kind": "manifest", "root": csv_file.name}
    dataset |= keys_of(task.kind, task.classes if asked.kept.classes else ())
    return Found(
        dataset | ({"allow_outside": True} if leads_out else {}),
        replace(_manifest(csv_file, rows.assign(label=numbers)), task=task),
        tree.root.name,
        notes=tuple(note for note in (*tree.notes, taken, patient_note, unreadable) if note),
        makes=(csv_file,),
        make=lambda: write_atomically(csv_file, _csv_text(rows)),
        sides=sides,
    )


def _rows(tree: ClassTree, labels: pd.Series, asked: Asked) -> tuple[pd.DataFrame, str]:
    """The rows of the manifest CSV, and a note of how patients are told apart."""
    names = [image.path for image in tree.images]
    nobody: list[str | None] = [None] * len(names)
    guesses = guessed_patients(names) if asked.guess_patients else nobody
    rows = pd.DataFrame(
        {
            "path": [path_in_grid(tree.root / name, asked.folder) for name in names],
            "patient": [guess or name for guess, name in zip(guesses, names, strict=True)],
            "study": names,
            "body_part": PART,
            "label": labels,
        }
    )
    if any(image.split for image in tree.images):
        rows["split"] = [image.split for image in tree.images]
    return rows, _patient_note(names, guesses, asked.guess_patients)


def _patient_note(names: list[str], guesses: list[str | None], asked: bool) -> str:
    known = [guess for guess in guesses if guess]
    if not asked:
        looks = hint(names)
        return _NO_PATIENTS + (f"; {looks}: --guess-patients takes such words for patients" if looks else "")
    if not known:
        return f"no file name has a word such as 'person1': {_NO_PATIENTS}"
    alone = len(names) - len(known)
    rest = f"; {alone:,} images without one count as patients of their own" if alone else ""
    return (
        f"patients are a guess from file names: {counted(len(known), 'image')} of "
        f"{counted(len(set(known)), 'patient')}, as "
        f"'{known[0]}'{rest}; look at the column 'patient' before the run"
    )


def _leads_out(folder: Path, paths: list[str]) -> bool:
    """Whether an image lies outside of the manifest's folder, links followed."""
    real = os.path.realpath(folder)
    return any(
        os.path.commonpath([real, os.path.realpath(os.path.join(folder, path))]) != real  # noqa: PTH118
        for path in paths
    )


def _manifest(csv_file: Path, rows: pd.DataFrame) -> Manifest:
    split, evaluated_on, _ = splits_of(csv_file, rows)
    images = pd.DataFrame(
        {
            "image": rows["path"],
            "patient": rows["patient"],
            "study": rows["patient"] + "/" + rows["study"],
            "body_part": rows["body_part"],
            "label": rows["label"].astype("int64"),
            "split": split,
        }
    )
    return Manifest(csv_file.parent, images, evaluated_on, drawn=False)


def _csv_text(rows: pd.DataFrame) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [*_COLUMNS, *(["split"] if "split" in rows else [])]
    writer.writerow(columns)
    writer.writerows(rows[columns].itertuples(index=False))
    return text.getvalue()
