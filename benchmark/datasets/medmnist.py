"""Convert a MedMNIST file into images and a manifest: normal and abnormal, or the labels of its own task."""

import csv
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.manifest import DESCRIPTION
from benchmark.datasets.medmnist_file import SPLITS, images_of, labels_of
from benchmark.datasets.medmnist_tasks import task_set
from benchmark.errors import UserError

_CITATION = "yang2023medmnist"  # MedMNIST v2, as a BibTeX key of the report's references
_MULTI_LABEL = (
    "keep them as findings: name the file as MedMNIST does, chestmnist.npz, and type "
    "benchmark data manifest --medmnist, without --abnormal"
)

Labels = dict[str, NDArray[np.int64]]  # of each split
Cells = dict[str, list[list[str]]]  # of each split, the cells of the columns of labels of each image


@dataclass(frozen=True)
class _Published:
    """A two-class set of MedMNIST as published, at any size of its images (INFO of the medmnist package).

    `counts` are the images with label 0 and with label 1 in train, val and test.
    """

    name: str
    body_part: str
    counts: tuple[tuple[int, int], ...]
    abnormal: int


_PUBLISHED = (
    _Published("PneumoniaMNIST", "XR_CHEST", ((1214, 3494), (135, 389), (234, 390)), abnormal=1),
    # 0 malignant, 1 normal or benign
    _Published("BreastMNIST", "BREAST", ((147, 399), (21, 57), (42, 114)), abnormal=0),
)


@dataclass(frozen=True)
class Reading:
    """How a file is read: what it is called, which part it shows, and which of its labels are abnormal."""

    name: str
    body_part: str
    abnormal: frozenset[int]

    def cells(self, labels: NDArray[np.int64]) -> list[list[str]]:
        """The labels (n,) of a split as cells of the manifest's column `label`."""
        return [[str(int(label in self.abnormal))] for label in labels.tolist()]


def from_medmnist(npz: Path, out: Path, abnormal: frozenset[int] | None = None) -> Path:
    """Write OUT/images/{train,val,test}/NNNN.png, OUT/manifest.csv, OUT/dataset.json; returns the CSV's path.

    The file has no patient ids, so each image counts as a patient of its own. A file with the name of a set
    of several classes, grades or findings (`medmnist_tasks`) keeps them, for a grid with that `task`, unless
    `abnormal` makes two classes of them. Else label 1 of the manifest is abnormal. Which labels are abnormal
    is known of PneumoniaMNIST and BreastMNIST, which are recognised by their numbers of labels, whatever the
    file is called; of other files `abnormal` names them. Raises UserError for a file that is damaged or is no
    MedMNIST file of 2-D images, when it is not known which labels are abnormal, and for a folder that is not
    empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} is not empty: name another folder")
    known = task_set(npz) if abnormal is None else None
    if known:
        name, body_part, columns = known.name, known.body_part, known.columns
        cells = {split: known.cells(npz, labels_of(npz, split)) for split in SPLITS}
    else:
        reading, labels = reading_of(npz, abnormal)
        name, body_part, columns = reading.name, reading.body_part, ["label"]
        cells = {split: reading.cells(found) for split, found in labels.items()}
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with _new(temporary / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["path", "patient", "study", "body_part", *columns, "split"])
            writer.writerows(_write_images(temporary, npz, cells, body_part))
        description = {"name": name, "citation": _CITATION}
        (temporary / DESCRIPTION).write_text(json.dumps(description), encoding="utf-8")
        temporary.replace(out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return out / "manifest.csv"


def reading_of(npz: Path, abnormal: frozenset[int] | None = None) -> tuple[Reading, Labels]:
    """How a file is read, and the labels (n,) of its splits. Raises UserError as `from_medmnist`."""
    labels = {split: _one_label_an_image(npz, labels_of(npz, split)) for split in SPLITS}
    return _reading(npz, labels, abnormal), labels


def _one_label_an_image(npz: Path, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    if labels.ndim > 1 and labels.shape[1] != 1:
        raise UserError(
            f"{npz}: {labels.shape[1]} labels an image, of which two classes cannot be made; {_MULTI_LABEL}"
        )
    return labels.reshape(-1)


def _reading(npz: Path, labels: Labels, abnormal: frozenset[int] | None) -> Reading:
    present = sorted(set().union(*(np.unique(of_split).tolist() for of_split in labels.values())))
    counts = tuple(tuple(int((of_split == label).sum()) for label in (0, 1)) for of_split in labels.values())
    published = next((p for p in _PUBLISHED if p.counts == counts and present == [0, 1]), None)
    if published:
        return _as_published(npz, published, abnormal)
    listed = ", ".join(map(str, present[:12])) + (", ..." if len(present) > 12 else "")
    if abnormal is None:
        raise UserError(
            f"{npz}: not the content of {' or '.join(p.name for p in _PUBLISHED)}: unknown which of its "
            f"{len(present)} labels ({listed}) are abnormal: say so with --abnormal, as --abnormal 1"
        )
    if not abnormal or not abnormal < set(present):
        raise UserError(
            f"{npz}: --abnormal {_joined(abnormal)}: must be some of its labels, not all of them: {listed}"
        )
    stem = npz.stem.split("_")[0].lower()
    chosen = "" if present == [0, 1] and abnormal == {1} else f" (abnormal: {_joined(abnormal)})"
    parts = {p.name.lower(): p.body_part for p in _PUBLISHED}
    part = parts.get(stem, stem.removesuffix("mnist").upper() or "IMAGE")
    return Reading(_display_name(stem) + chosen, part, abnormal)


def _as_published(npz: Path, published: _Published, abnormal: frozenset[int] | None) -> Reading:
    if abnormal not in (None, {published.abnormal}):
        raise UserError(
            f"{npz}: this is {published.name}, whose label {published.abnormal} is the abnormal one; leave "
            f"--abnormal {_joined(abnormal or ())} out"
        )
    return Reading(published.name, published.body_part, frozenset({published.abnormal}))


def _joined(labels: frozenset[int] | tuple[int, ...]) -> str:
    return ",".join(map(str, sorted(labels)))


def _write_images(folder: Path, npz: Path, cells: Cells, body_part: str) -> Iterator[list[str]]:
    for split in SPLITS:
        pairs = zip(images_of(npz, split, len(cells[split])), cells[split], strict=True)
        for number, (pixels, labels) in enumerate(pairs):
            name = f"images/{split}/{number:04d}.png"
            Image.fromarray(pixels).save(_new(folder / name))
            identity = f"{split}{number:04d}"
            yield [name, identity, identity, body_part, *labels, split]


def _display_name(stem: str) -> str:
    """`PneumoniaMNIST` for pneumoniamnist, as the MedMNIST papers write it."""
    short = stem.removesuffix("mnist")
    return stem if short == stem else f"{short.capitalize()}MNIST"


def _new(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
