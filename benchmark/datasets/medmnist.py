"""Convert a two-class MedMNIST file into images and a manifest."""

import csv
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.manifest import DESCRIPTION
from benchmark.errors import UserError

_SPLITS = ("train", "val", "test")
_BODY_PARTS = {"pneumoniamnist": "XR_CHEST"}
_CITATION = "yang2023medmnist"  # MedMNIST v2, as a BibTeX key of the report's references
_ABNORMAL_IS_0 = ("breastmnist",)  # INFO of the medmnist package: 0 malignant, 1 normal or benign


def from_medmnist(npz: Path, out: Path) -> Path:
    """Write OUT/images/{train,val,test}/NNNN.png, OUT/manifest.csv, OUT/dataset.json; returns the CSV's path.

    The file has no patient ids, so each image counts as a patient of its own. Label 1 is abnormal, also for
    BreastMNIST, whose file uses 0 for malignant. Raises UserError for a file that is not a two-class MedMNIST
    file of 2-D images and for a folder that is not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} is not empty: name another folder")
    arrays = _read(npz)
    data_set = npz.stem.split("_")[0].lower()
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with _new(temporary / "manifest.csv").open("w", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["path", "patient", "study", "body_part", "label", "split"])
            writer.writerows(_write_images(temporary, arrays, data_set))
        description = {"name": _display_name(data_set), "citation": _CITATION}
        (temporary / DESCRIPTION).write_text(json.dumps(description), encoding="utf-8")
        temporary.replace(out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return out / "manifest.csv"


def _read(npz: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(npz) as stored:
            arrays = {f"{s}_{kind}": stored[f"{s}_{kind}"] for s in _SPLITS for kind in ("images", "labels")}
    except FileNotFoundError:
        raise UserError(f"{npz}: there is no such file") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        wanted = "train_images, train_labels, val_images, ..."
        raise UserError(f"{npz}: not a MedMNIST file (.npz with {wanted})") from None
    labels = np.concatenate([arrays[f"{split}_labels"].reshape(-1) for split in _SPLITS])
    width = {arrays[f"{split}_labels"].size // len(arrays[f"{split}_labels"]) for split in _SPLITS}
    if width != {1} or not set(np.unique(labels)) <= {0, 1}:
        raise UserError(f"{npz}: has {len(np.unique(labels))} classes; only two-class sets can be used")
    for images in (arrays[f"{split}_images"] for split in _SPLITS):
        if images.dtype != np.uint8 or not (images.ndim == 3 or (images.ndim == 4 and images.shape[3] == 3)):
            found = f"{images.dtype} {images.shape}"
            raise UserError(f"{npz}: images are {found}; only 2-D 8-bit images, grey or RGB, can be used")
    return arrays


def _write_images(folder: Path, arrays: dict[str, NDArray[Any]], data_set: str) -> Iterator[list[object]]:
    part = _BODY_PARTS.get(data_set, data_set.removesuffix("mnist").upper())
    for split in _SPLITS:
        images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"].reshape(-1)
        for number, (pixels, label) in enumerate(zip(images, labels, strict=True)):
            name = f"images/{split}/{number:04d}.png"
            Image.fromarray(pixels).save(_new(folder / name))
            identity = f"{split}{number:04d}"
            yield [name, identity, identity, part, int(label) ^ (data_set in _ABNORMAL_IS_0), split]


def _display_name(data_set: str) -> str:
    """`PneumoniaMNIST` for pneumoniamnist, as the MedMNIST papers write it."""
    stem = data_set.removesuffix("mnist")
    return data_set if stem == data_set else f"{stem.capitalize()}MNIST"


def _new(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
