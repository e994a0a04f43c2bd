"""Stanford's MURA tree: XR_PART/patientNNNNN/studyN_{positive,negative}/imageN.png below train and valid."""

import os
import re
from pathlib import Path

import pandas as pd

from benchmark.datasets.manifest import Manifest, check_files, part_name
from benchmark.errors import UserError

_SPLITS = {"train": "train", "valid": "test"}
_SUFFIXES = (".png", ".jpg", ".jpeg")
_EXPECTED = "MURA-v1.1/train/XR_ELBOW/patient00001/study1_positive/image1.png, as Stanford ships it"
_IMAGE = re.compile(
    r"(?P<split>train|valid)/(?P<part>XR_\w+)/(?P<patient>patient\w+)/"
    r"(?P<study>study\w+_(?P<label>positive|negative))/[^/]+$",
    re.IGNORECASE,
)


def read_mura(root: Path) -> Manifest:
    """Read MURA from its CSV files, or from its folders where a CSV file is missing.

    `root` is the folder MURA-v1.1 or the one that holds it. MURA's valid part is the test set. A
    patient has the same number in all body parts. Raises UserError for a folder that is not MURA, a file
    that is missing, or a label that differs from the CSV's.
    """
    folder = _folder(root)
    images = _table(folder, [image for split in _SPLITS for image in _image_paths(folder, split)])
    for split in _SPLITS:
        _check_labels(folder, split, images)
    evaluated_on = "valid" if (images["split"] == "test").any() else ""
    return Manifest(folder, images, evaluated_on, name="MURA", citation="rajpurkar2018mura")


def _folder(root: Path) -> Path:
    for folder in (root, root / "MURA-v1.1"):
        if any((folder / split).is_dir() for split in _SPLITS):
            return folder
    hint = f"; give the folder above: {root.parent}" if root.name in _SPLITS else ""
    raise UserError(f"{root}: not MURA: no train/ or valid/ there (expected {_EXPECTED}){hint}")


def _image_paths(folder: Path, split: str) -> list[str]:
    listing = folder / f"{split}_image_paths.csv"
    if not listing.is_file():
        return _found_images(folder, split)
    listed = {line: name for line, name in _lines(listing, split) if not _is_hidden(name)}
    check_files(listing, folder, listed, f"; download them, or remove {listing.name} to read the folders")
    return sorted(listed.values())  # in the order of `_found_images`, so that both give the same digest


def _lines(listing: Path, split: str) -> list[tuple[int, str]]:
    """The lines of a CSV file with their numbers, without the leading folder `MURA-v1.1/`; no empty lines."""
    lines = enumerate(listing.read_text(encoding="utf-8").splitlines(), start=1)
    return [(n, line[max(0, line.rfind(f"{split}/")) :].strip()) for n, line in lines if line.strip()]


def _found_images(folder: Path, split: str) -> list[str]:
    """All images below one part, in the order of their names."""
    top = str(folder / split)
    found = []
    for directory, _, files in os.walk(top, followlinks=True):
        below = split + directory[len(top) :].replace(os.sep, "/")
        found += [f"{below}/{f}" for f in files if f.lower().endswith(_SUFFIXES) and not _is_hidden(f)]
    return sorted(found)


def _is_hidden(image: str) -> bool:
    """Whether this is a hidden file: macOS writes files such as ._image1.png, which are not images."""
    return image.rpartition("/")[2].startswith(".")


def _table(folder: Path, images: list[str]) -> pd.DataFrame:
    matches = [_IMAGE.match(image) for image in images]
    wrong = [image for image, match in zip(images, matches, strict=True) if match is None]
    if wrong or not images:
        what = f"'{wrong[0]}' is not named as MURA names its images" if wrong else "no image is there"
        raise UserError(f"{folder}: {what} (expected {_EXPECTED})")
    fields = [match.groupdict() for match in matches if match]
    table = pd.DataFrame(
        {
            "image": images,
            "patient": [f["patient"] for f in fields],
            "study": [f"{f['part']}/{f['patient']}/{f['study']}" for f in fields],
            "body_part": [part_name(f["part"]) for f in fields],
            "label": [int(f["label"].lower() == "positive") for f in fields],
            "split": [_SPLITS[f["split"].lower()] for f in fields],
        }
    )
    twice = table["image"][table["image"].duplicated()]
    if len(twice):
        raise UserError(f"{folder}: '{twice.iloc[0]}' is listed twice")
    return table


def _check_labels(folder: Path, split: str, images: pd.DataFrame) -> None:
    """Raise UserError when a label in labeled_studies.csv differs from the label in the folder's name."""
    listing = folder / f"{split}_labeled_studies.csv"
    if not listing.is_file():
        return
    named = dict(zip(images["image"].str.rpartition("/")[0], images["label"], strict=True))
    for number, line in _lines(listing, split):
        study, _, label = line.rpartition(",")
        name = study.strip().rstrip("/")
        if name in named and str(named[name]) != label.strip():
            raise UserError(f"{listing}:{number}: label '{label.strip()}', but the folder is called {name}")
