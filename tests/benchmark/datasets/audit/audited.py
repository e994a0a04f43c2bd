"""Small audited data sets for the tests of single checks, and pictures of the phantom."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from benchmark.datasets.audit.copies import Copy
from benchmark.datasets.audit.findings import Audited
from benchmark.datasets.audit.key_points import LENGTH, LEVELS, PER_LEVEL, KeyPoints, find_key_points
from benchmark.datasets.audit.marks import MARK_FEATURES
from benchmark.datasets.audit.pictures import Pictures
from benchmark.datasets.audit.scan import Scan
from benchmark.datasets.phantom.draw import BODY_PARTS, Parameters, draw_view, studies_of


@cache
def radiographs(count: int) -> tuple[Image.Image, ...]:
    """So many phantom images of 320 pixels, each of a patient of its own, all of one body part."""
    parameters = Parameters(count, 0.5, 7, 320, BODY_PARTS[:1])
    studies = [next(studies_of(patient, 7, 0.5, BODY_PARTS[:1])) for patient in range(count)]
    return tuple(Image.fromarray(draw_view(study, 1, parameters)[0]) for study in studies)


def scanned(images: list[Image.Image]) -> Scan:
    """What `scan` reads of these images (mode L)."""
    pictures = Pictures.blank(len(images))
    ranks = np.stack([pictures.put(row, image) for row, image in enumerate(images)])
    facts = np.array([[*image.size, 8] for image in images])
    marks = np.zeros((len(images), MARK_FEATURES), np.float32)
    return Scan(pictures, facts, marks, find_key_points(ranks, pictures.extents), [""] * len(images))


def audited(count: int = 200, copies: tuple[Copy, ...] = (), **columns: object) -> Audited:
    """Images of as many patients, alike in all but the label; `columns` replace those of the manifest."""
    images = pd.DataFrame(
        {
            "image": [f"{row}.png" for row in range(count)],
            "patient": [f"p{row}" for row in range(count)],
            "study": [f"p{row}/s" for row in range(count)],
            "body_part": "hand",
            "label": np.arange(count) % 2,
            "split": "train",
        }
    ).assign(**columns)
    points = len(LEVELS) * PER_LEVEL
    empty = KeyPoints(np.zeros((count, points, LENGTH), np.float32), np.zeros((count, points, 4), np.float32))
    marks = np.zeros((count, MARK_FEATURES), np.float32)
    facts = np.tile([512, 400, 8], (count, 1))
    return Audited(images, Scan(Pictures.blank(1), facts, marks, empty, [""] * count), copies)


def write_data_set(folder: Path, count: int = 8) -> Path:
    """A folder with so many radiographs, each of a patient of its own, and their manifest.csv."""
    rows = ["path,patient,study,body_part,label,split"]
    for row, image in enumerate(radiographs(count)):
        image.save(folder / f"{row}.png")
        rows.append(f"{row}.png,p{row},s,XR_HAND,{row % 2},{'test' if row > count - 3 else 'train'}")
    (folder / "manifest.csv").write_text("\n".join(rows))
    return folder
