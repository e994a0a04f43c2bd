"""What may be wrong with a data set: one small check per code, each telling what it found."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from PIL import Image

from benchmark.datasets.manifest import Manifest

# Studies of MURA v1.1, normal and abnormal, and all images: Rajpurkar et al. 2017 (arXiv:1712.06957),
# table 1, and the files that Stanford ships.
MURA_STUDIES = {
    ("elbow", "train"): (1094, 660),
    ("finger", "train"): (1280, 655),
    ("hand", "train"): (1497, 521),
    ("humerus", "train"): (321, 271),
    ("forearm", "train"): (590, 287),
    ("shoulder", "train"): (1364, 1457),
    ("wrist", "train"): (2134, 1326),
    ("elbow", "test"): (92, 66),
    ("finger", "test"): (92, 83),
    ("hand", "test"): (101, 66),
    ("humerus", "test"): (68, 67),
    ("forearm", "test"): (69, 64),
    ("shoulder", "test"): (99, 95),
    ("wrist", "test"): (140, 97),
}
MURA_IMAGES = {"train": 36_808, "test": 3_197}


@dataclass(frozen=True)
class Finding:
    """One thing that a check has to say: severity is `error`, `warning` or `ok`."""

    code: str
    severity: str
    message: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Content:
    """What reading a file gave: the digest of its pixels, or why it cannot be read."""

    digest: str
    error: str = ""


def verify(manifest: Manifest, *, jobs: int = 1, published: bool = False) -> list[Finding]:
    """Run every check; `published` also compares the counts with MURA's published table."""
    contents = Parallel(n_jobs=jobs, batch_size=64)(delayed(_content)(path) for path in manifest.paths())
    images = manifest.images.assign(digest=[c.digest for c in contents], error=[c.error for c in contents])
    checks: list[Callable[[pd.DataFrame], Finding]] = [
        unreadable_files,
        patients_in_two_splits,
        duplicates_across_splits,
        single_class_parts,
        studies_with_two_labels,
    ]
    findings = [check(images) for check in checks]
    return ([counts_of_mura(images)] if published else []) + findings


def counts_of_mura(images: pd.DataFrame) -> Finding:
    """DATA001: studies per part, class and split, and images per split, as published."""
    studies = images.drop_duplicates("study").groupby(["body_part", "split", "label"]).size()
    differences = []
    for (part, split), published in MURA_STUDIES.items():
        for label, expected in enumerate(published):
            found = int(studies.get((part, split, label), 0))
            if found != expected:
                kind = "abnormal" if label else "normal"
                differences.append(f"{part} {split} {kind}: {found:,} studies, published {expected:,}")
    for split, expected in MURA_IMAGES.items():
        found = int((images["split"] == split).sum())
        if found != expected:
            differences.append(f"{split}: {found:,} images, published {expected:,}")
    return _finding("DATA001", "counts that differ from MURA's published table", differences)


def unreadable_files(images: pd.DataFrame) -> Finding:
    """DATA002: files that cannot be decoded."""
    broken = images[images["error"] != ""]
    return _finding("DATA002", "unreadable files", (broken["image"] + ": " + broken["error"]).tolist())


def patients_in_two_splits(images: pd.DataFrame) -> Finding:
    """DATA003: patients with images in training and in test."""
    splits = images.groupby("patient")["split"].nunique()
    return _finding("DATA003", "patients in two splits", splits[splits > 1].index.tolist())


def duplicates_across_splits(images: pd.DataFrame) -> Finding:
    """DATA004: the same pixels in training and in test."""
    readable = images[images["error"] == ""]
    splits = readable.groupby("digest")["split"].transform("nunique")
    twins = readable[splits > 1].sort_values("digest").groupby("digest")["image"].agg(" = ".join)
    return _finding("DATA004", "images with identical pixels in two splits", twins.tolist())


def single_class_parts(images: pd.DataFrame) -> Finding:
    """DATA005: a part of a split that holds one class only, so that nothing can be measured there."""
    classes = images.groupby(["body_part", "split"])["label"].nunique()
    alone = [f"{part} {split}".strip() for part, split in classes[classes < 2].index]
    return _finding("DATA005", "body parts with one class only", alone)


def studies_with_two_labels(images: pd.DataFrame) -> Finding:
    """DATA006: studies whose images disagree."""
    labels = images.groupby("study")["label"].nunique()
    return _finding("DATA006", "studies with two labels", labels[labels > 1].index.tolist())


def _finding(code: str, what: str, examples: list[str]) -> Finding:
    severity = "error" if examples else "ok"
    return Finding(code, severity, f"{len(examples):,} {what}" if examples else f"no {what}", tuple(examples))


def _content(path: Path) -> Content:
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image)
    except (OSError, ValueError, SyntaxError) as error:
        return Content("", str(error) or type(error).__name__)
    digest = hashlib.sha256(f"{pixels.shape}{pixels.dtype}".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return Content(digest.hexdigest())


def counts_table(manifest: Manifest) -> pd.DataFrame:
    """Patients, studies and images per body part, split and class."""
    return (
        manifest.images.groupby(["body_part", "split", "label"])
        .agg(patients=("patient", "nunique"), studies=("study", "nunique"), images=("image", "size"))
        .reset_index()
    )
