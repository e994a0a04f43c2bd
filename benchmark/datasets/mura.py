"""Stanford's MURA tree: XR_PART/patientNNNNN/studyN_{positive,negative}/imageN.png below train and valid."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from benchmark.datasets.manifest import Manifest, check_files, part_name
from benchmark.errors import UserError

_SPLITS = {"train": "train", "valid": "test"}
_IMAGE = re.compile(
    r"(?P<split>train|valid)/(?P<part>XR_\w+)/(?P<patient>patient\d+)/(?P<study>study\d+_(?P<label>positive|negative))/"
    r"(?P<file>(?!\._)[^/]+\.(?:png|jpe?g))$",
    re.IGNORECASE,
)


def read_mura(root: Path) -> Manifest:
    """Read MURA by its CSV files where they are, by its folders where not.

    `root` is the folder MURA-v1.1 or the one that holds it. MURA's valid part is the test set.
    Raises UserError for a folder that is not MURA, a file that is missing, or a label that differs
    from the CSV's.
    """
    folder = next(
        (f for f in (root, root / "MURA-v1.1") if (f / "train").is_dir() or (f / "valid").is_dir()), None
    )
    if folder is None:
        raise UserError(
            f"{root}: not MURA: no train/ or valid/ folder there (expected MURA-v1.1/train/XR_ELBOW/"
            "patient00001/study1_positive/image1.png, as Stanford ships it)"
        )
    listed = list(_listed_images(folder))
    images = _table(folder, listed or list(_found_images(folder)))
    if listed:
        check_files(folder, folder, images["image"].tolist())
    _check_labels(folder, images)
    return Manifest(folder, images, "valid")


def _listed_images(folder: Path) -> Iterator[str]:
    for split in _SPLITS:
        path = folder / f"{split}_image_paths.csv"
        if path.is_file():
            for line in path.read_text().splitlines():
                yield _below_root(line)


def _below_root(line: str) -> str:
    """MURA's CSV files write paths from the folder above: MURA-v1.1/train/..."""
    return line.strip().rstrip("/").partition("/")[2]


def _found_images(folder: Path) -> Iterator[str]:
    for split in _SPLITS:
        for path in sorted((folder / split).glob("XR_*/patient*/study*/*")):
            image = path.relative_to(folder).as_posix()
            if _IMAGE.match(image):
                yield image


def _table(folder: Path, images: list[str]) -> pd.DataFrame:
    matches = [_IMAGE.match(image) for image in images]
    wrong = [image for image, match in zip(images, matches, strict=True) if match is None]
    if wrong or not images:
        what = f"'{wrong[0]}' is not named as MURA names its images" if wrong else "no image was found"
        raise UserError(f"{folder}: {what} (train/XR_ELBOW/patient00001/study1_positive/image1.png)")
    fields = [match.groupdict() for match in matches if match]
    return pd.DataFrame(
        {
            "image": images,
            "patient": [f["patient"] for f in fields],
            "study": [f"{f['part']}/{f['patient']}/{f['study']}" for f in fields],
            "body_part": [part_name(f["part"]) for f in fields],
            "label": [int(f["label"].lower() == "positive") for f in fields],
            "split": [_SPLITS[f["split"].lower()] for f in fields],
        }
    )


def _check_labels(folder: Path, images: pd.DataFrame) -> None:
    """The folder's name and labeled_studies.csv must say the same."""
    named = dict(zip(images["image"].str.rpartition("/")[0], images["label"], strict=True))
    for split in _SPLITS:
        path = folder / f"{split}_labeled_studies.csv"
        for number, line in enumerate(path.read_text().splitlines() if path.is_file() else (), start=1):
            study, _, label = line.strip().rpartition(",")
            name = _below_root(study)
            if name in named and str(named[name]) != label:
                raise UserError(f"{path}:{number}: label {label}, but the folder is called {name}")
