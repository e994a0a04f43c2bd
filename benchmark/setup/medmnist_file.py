"""A MedMNIST file as a data set: it is converted beside the grid, and planned by its labels."""

import pandas as pd

from benchmark.datasets.manifest import Manifest, part_name
from benchmark.datasets.medmnist import Labels, Reading, from_medmnist, reading_of
from benchmark.datasets.medmnist_file import SPLITS, images_of
from benchmark.errors import UserError
from benchmark.setup.asked import Asked, Found


def in_medmnist_file(asked: Asked) -> Found:
    """A MedMNIST file (.npz), converted when the grid is written. Raises UserError for what is none."""
    if asked.kept.task or asked.kept.classes:
        raise UserError(
            f"{asked.data}: --task: classes of a MedMNIST file are kept by benchmark data manifest "
            f"--medmnist {asked.data.name} --out FOLDER; then give FOLDER here"
        )
    abnormal = _numbers(asked)
    reading, labels = reading_of(asked.data, abnormal)
    folder = asked.beside("-images")
    first = next(images_of(asked.data, SPLITS[0], len(labels[SPLITS[0]])))
    note = f"{folder.name}/ is written with the images of {asked.data.name} and their manifest.csv"
    return Found(
        {"kind": "manifest", "root": folder.name},
        Manifest(folder, _images(reading, labels), "test", name=reading.name, drawn=False),
        asked.data.stem,
        notes=(
            f"{reading.name}: label {', '.join(map(str, sorted(reading.abnormal)))} is abnormal",
            "the file has no patients: each image counts as one of its own",
            note,
        ),
        makes=(folder,),
        make=lambda: from_medmnist(asked.data, folder, abnormal),
        sides=(max(first.shape[:2]),),
    )


def _numbers(asked: Asked) -> frozenset[int] | None:
    if not all(text.strip().isascii() and text.strip().isdigit() for text in asked.abnormal):
        raise UserError(
            f"{asked.data}: --abnormal {','.join(asked.abnormal)}: the labels of a MedMNIST file are whole "
            "numbers, such as 0,2"
        )
    return frozenset(int(text) for text in asked.abnormal) or None


def _images(reading: Reading, labels: Labels) -> pd.DataFrame:
    rows = [
        (f"{split}{number:04d}", split, int(label in reading.abnormal))
        for split in SPLITS
        for number, label in enumerate(labels[split])
    ]
    table = pd.DataFrame(rows, columns=["patient", "part", "label"])
    return pd.DataFrame(
        {
            "image": table["patient"] + ".png",
            "patient": table["patient"],
            "study": table["patient"] + "/" + table["patient"],
            "body_part": part_name(reading.body_part),
            "label": table["label"].astype("int64"),
            "split": (table["part"] == "test").map({True: "test", False: "train"}),
        }
    )
