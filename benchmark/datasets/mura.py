"""Stanford's MURA tree: XR_PART/patientNNNNN/studyN_{positive,negative}/imageN.png below train and valid."""

import re
from pathlib import Path

import pandas as pd

from benchmark.datasets.file_lookup import ImageFiles, find_files, found_files, plain_path, shown
from benchmark.datasets.manifest import Manifest, part_name
from benchmark.datasets.mura_folders import EXPECTED, SPLITS, found_images, is_hidden, mura_folder
from benchmark.datasets.mura_labels import corrected
from benchmark.datasets.spelling import composed
from benchmark.datasets.text_table import read_table
from benchmark.errors import UserError

_TEST = "valid"  # MURA's valid part is the test set
_IMAGE = re.compile(
    r"(?P<split>train|valid)/(?P<part>XR_\w+)/(?P<patient>patient\w+)/"
    r"(?P<study>study\w+_(?P<label>positive|negative))/[^/]+$",
    re.IGNORECASE,
)


def read_mura(root: Path, *, labels: Path | None = None, allow_outside: bool = False) -> Manifest:
    """Read MURA from its CSV files, or from its folders where a CSV file is missing.

    `root` is the folder MURA-v1.1 or the one that holds it. MURA's valid part is the test set. A
    patient has the same number in all body parts. `labels` is a CSV of corrected labels
    (`mura_labels.corrected`). Links must not lead out of the folder unless `allow_outside`. Raises UserError
    for a folder that is not MURA, a file that is missing or is no file, or a label that is not the CSV's.
    """
    folder, where = mura_folder(root)
    files = ImageFiles(folder, allow_outside)
    images = _table(folder, [image for split in SPLITS for image in _image_paths(files, split)])
    _check_labels(folder, images)
    notes = [where] if where else []
    if labels is not None:
        images, said = corrected(images, labels)
        notes += said
    evaluated_on = _TEST if (images["split"] == "test").any() else ""
    name, citation = "MURA", "rajpurkar2018mura"
    return Manifest(
        folder, images, evaluated_on, name=name, citation=citation, notes=tuple(notes), sizes=files.sizes
    )


def _image_paths(files: ImageFiles, split: str) -> list[str]:
    folder = files.root
    listing = folder / f"{split}_image_paths.csv"
    if not listing.is_file():
        return found_files(files, found_images(folder, split))
    listed = {line: row[0] for line, row in _rows(listing, split) if not is_hidden(row[0])}
    hint = f"; download them, or remove {listing.name} to read the folders"
    found, _ = find_files(listing, files, listed, hint)
    return sorted(found.values())  # in the order of `found_images`, so that both give the same digest


def _rows(listing: Path, split: str) -> list[tuple[int, list[str]]]:
    """The rows of one of MURA's CSV files by line, each beginning with a path below the folder MURA-v1.1.

    The files have no header; a first line without any `/` is taken for one.
    """
    try:
        lines = read_table(listing, lambda fields: "/" in plain_path(fields[0]) if fields else 0).lines
    except FileNotFoundError:  # removed since
        return []
    rows = [(line, [_below_root(row[0], split), *row[1:]]) for line, row in lines.items()]
    has_header = bool(rows) and "/" not in rows[0][1][0]
    return rows[1:] if has_header else rows


def _below_root(text: str, split: str) -> str:
    """`MURA-v1.1/train/XR_ELBOW/...` from `train/` on, with `/` in the place of backslashes."""
    path = plain_path(text)
    return path[max(0, path.rfind(f"{split}/")) :]


def _table(folder: Path, images: list[str]) -> pd.DataFrame:
    matches = [_IMAGE.match(image) for image in images]
    wrong = [image for image, match in zip(images, matches, strict=True) if match is None]
    if wrong or not images:
        what = f"'{shown(wrong[0])}' is not named as MURA names its images" if wrong else "no image is there"
        raise UserError(f"{folder}: {what} (expected {EXPECTED})")
    fields = [match.group("split", "part", "patient", "study", "label") for match in matches if match]
    splits, parts, patients, studies, labels = zip(*fields, strict=True)
    names = {part: part_name(part) for part in set(parts)}
    table = pd.DataFrame(
        {
            "image": images,
            "patient": patients,
            "study": ["/".join(of) for of in zip(parts, patients, studies, strict=True)],
            "body_part": [names[part] for part in parts],
            "label": [int(label.lower() == "positive") for label in labels],
            "split": ["test" if split.lower() == _TEST else "train" for split in splits],
        }
    )
    forms = [composed(image) for image in images]
    if len(set(forms)) < len(forms):
        twice = table["image"][pd.Series(forms).duplicated()]
        raise UserError(f"{folder}: '{twice.iloc[0]}' is listed twice")
    return table


def _check_labels(folder: Path, images: pd.DataFrame) -> None:
    """Raise UserError when a label in labeled_studies.csv differs from the label in the folder's name."""
    folders = [image.rpartition("/")[0] for image in images["image"].to_numpy(dtype=object)]
    named = dict(zip(folders, images["label"].to_numpy(), strict=True))
    for split in SPLITS:
        listing = folder / f"{split}_labeled_studies.csv"
        for number, row in _rows(listing, split) if listing.is_file() else ():
            if len(row) != 2:
                raise UserError(f"{listing}:{number}: {len(row)} fields; expected a study and its label")
            name, label = row
            if name in named and str(named[name]) != label:
                raise UserError(f"{listing}:{number}: label '{label[:40]}', but the folder is called {name}")
