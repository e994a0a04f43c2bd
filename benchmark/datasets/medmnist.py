"""A two-class MedMNIST file turned into images and a manifest."""

import csv
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.errors import UserError

_SPLITS = ("train", "val", "test")
_BODY_PARTS = {"pneumoniamnist": "XR_CHEST"}


def from_medmnist(npz: Path, out: Path) -> Path:
    """Write OUT/images/{train,val,test}/NNNN.png and OUT/manifest.csv; returns the manifest's path.

    The file gives no patients: each image stands as its own. Raises UserError for a file that is
    not a two-class MedMNIST file and for a folder that exists.
    """
    if out.exists() and any(out.iterdir()):
        raise UserError(f"{out} is not empty: name another folder")
    arrays = _read(npz)
    part = _BODY_PARTS.get(npz.stem.split("_")[0], npz.stem.split("_")[0].upper().removesuffix("MNIST"))
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    with _new(temporary / "manifest.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["path", "patient", "study", "body_part", "label", "split"])
        writer.writerows(_write_images(temporary, arrays, part))
    if out.exists():
        out.rmdir()
    temporary.rename(out)
    return out / "manifest.csv"


def _read(npz: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with np.load(npz) as stored:
            arrays = {f"{s}_{kind}": stored[f"{s}_{kind}"] for s in _SPLITS for kind in ("images", "labels")}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"{npz}: not a MedMNIST file ({str(error).strip()})") from None
    labels = np.concatenate([arrays[f"{split}_labels"].reshape(-1) for split in _SPLITS])
    width = {arrays[f"{split}_labels"].size // len(arrays[f"{split}_labels"]) for split in _SPLITS}
    if width != {1} or not set(np.unique(labels)) <= {0, 1}:
        raise UserError(f"{npz}: has {len(np.unique(labels))} classes; only two-class sets can be used")
    return arrays


def _write_images(folder: Path, arrays: dict[str, NDArray[np.generic]], part: str) -> Iterator[list[object]]:
    for split in _SPLITS:
        images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"].reshape(-1)
        for number, (pixels, label) in enumerate(zip(images, labels, strict=True)):
            name = f"images/{split}/{number:04d}.png"
            Image.fromarray(pixels).save(_new(folder / name))
            identity = f"{split}{number:04d}"
            yield [name, identity, identity, part, int(label), split]


def _new(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
