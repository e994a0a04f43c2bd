"""Folders of DICOM studies made for tests, with names and numbers of people that must not come out."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.extractors.dicom_cases import saved

# Each is searched for, as it is, in all that comes out
SECRETS = ("Doe^Jane", "Jane", "19700102", "MRN0", "ACC0", "Jones^Doctor")


def uid(*numbers: int) -> str:
    """A unique identifier that shows which study and image it is of."""
    return "1.2.826.0.1.3680043.8.498." + ".".join(str(number + 1) for number in numbers)


def picture(seed: int, *, abnormal: bool, side: int = 64) -> NDArray[np.uint16]:
    """A bright bar on a dark ground in 12 bits; an abnormal one is crossed by another."""
    values = np.random.default_rng(seed).integers(200, 400, (side, side), dtype=np.uint16)
    place = side // 4 + seed % (side // 4)
    values[:, place : place + side // 8] += 2500
    if abnormal:
        values[place : place + side // 8, :] += 1200
    return values


def write_study(
    folder: Path, number: int, *, views: int = 1, abnormal: bool = False, **elements: Any
) -> None:
    """Write the images of one study, at paths that hold the patient's number."""
    for view in range(views):
        path = folder / f"MRN0{number}" / "Doe^Jane" / f"IM{view}"
        path.parent.mkdir(parents=True, exist_ok=True)
        given = {
            "StudyInstanceUID": uid(number),
            "SOPInstanceUID": uid(number, view),
            "PatientName": "Doe^Jane",
            "PatientID": f"MRN0{number}",
            "AccessionNumber": f"ACC0{number}",
            "ReferringPhysicianName": "Jones^Doctor",
            "BodyPartExamined": "HAND",
            "ViewPosition": ("PA", "LL", "AP")[view % 3],
            "Manufacturer": ("Acme", "Umbrella")[number % 2],
            "BitsStored": 12,
            "HighBit": 11,
            "PhotometricInterpretation": ("MONOCHROME2", "MONOCHROME1")[number % 2],
        }
        pixels = picture(3 * number + view, abnormal=abnormal)
        if number % 2:
            pixels = 4095 - pixels
        saved(path, pixels, **(given | elements))


def write_labels(path: Path, rows: Iterable[str], header: str = "accession_number,label") -> Path:
    """A CSV of labels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def write_folder(folder: Path, count: int = 4, *, views: int = 1, **elements: Any) -> Path:
    """A folder of so many studies, every other abnormal, and labels.csv by accession number."""
    for number in range(count):
        write_study(folder, number, views=views, abnormal=bool(number // 2 % 2), **elements)
    write_labels(folder / "labels.csv", (f"ACC0{number},{number // 2 % 2}" for number in range(count)))
    return folder


def write_tables_of_tasks(folder: Path, count: int = 12) -> Path:
    """A folder of so many studies, with `grades.csv` in words and `findings.csv`, blank of every third."""
    for number in range(count):
        write_study(folder, number, abnormal=bool(number % 2))
    names = [f"ACC0{number}" for number in range(count)]
    grades = ("none", "mild", "severe")
    write_labels(folder / "grades.csv", (f"{name},{grades[n % 3]}" for n, name in enumerate(names)))
    write_labels(
        folder / "findings.csv",
        (f"{name},{n % 2},{'' if n % 3 == 0 else n // 2 % 2}" for n, name in enumerate(names)),
        "accession_number,label:bar,label:mass",
    )
    return folder


def secrets_in(text: str) -> list[str]:
    """The identifying values that a text holds."""
    return [secret for secret in SECRETS if secret in text]
