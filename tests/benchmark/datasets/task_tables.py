"""Small manifests of each task: the label goes with the width of the images, and with nothing else."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

GRADES = ("none", "mild", "severe")
HEADER = ("path", "patient", "study", "body_part")
OPTIONS = {  # of commands, by the task
    "multiclass": ("classes.csv", "--task", "multiclass"),
    "ordinal": ("classes.csv", "--task", "ordinal", "--classes", ", ".join(GRADES)),
    "multilabel": ("findings.csv",),
}


def write_tables(folder: Path, images: int = 60) -> Path:
    """`classes.csv` (three grades in words) and `findings.csv` (`mass`; `effusion`, blank of every fifth)."""
    random = np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    classes, findings = [], []
    for n in range(images):
        pixels = random.integers(0, 255, (24, 20 + 10 * (n % 3)), np.uint8)
        Image.fromarray(pixels).save(folder / f"images/{n}.png")
        image = [f"images/{n}.png", f"p{n}", f"s{n}", "knee"]
        split = "test" if n % 4 == 0 else "train"
        classes.append([*image, GRADES[n % 3], split])
        findings.append([*image, int(n % 7 < 3), "" if n % 5 == 0 else int(n % 3 == 0), split])
    _write(folder / "classes.csv", [*HEADER, "label", "split"], classes)
    _write(folder / "findings.csv", [*HEADER, "label:mass", "label:effusion", "split"], findings)
    return folder


def _write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
