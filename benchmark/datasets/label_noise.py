"""Wrong training labels on purpose: the labels of a share of the patients are flipped."""

import hashlib

import pandas as pd

_PREFIX = "label_noise_"


def noise_name(share: float) -> str:
    """The name of the cells with this share of flipped patients, as the `control` of cells and records."""
    return f"{_PREFIX}{share:g}"


def noise_share(control: str) -> float:
    """The share of flipped patients of a cell's `control`; 0 for any other."""
    return float(control.removeprefix(_PREFIX)) if control.startswith(_PREFIX) else 0.0


def flip_labels(images: pd.DataFrame, share: float, body_part: str, seed: int) -> pd.DataFrame:
    """Turn 0 into 1 and 1 into 0 in all images of a share of the patients (at least one).

    `images` has one row per image, with patient and label. The patients are the first ones in the order of a
    hash of (body part, seed, patient): those of a smaller share are among those of a larger one, and they
    depend neither on the order of the rows nor on a library's random numbers.
    """
    patients = images["patient"].unique()
    drawn = {
        patient: hashlib.sha256(f"noise|{body_part}|{seed}|{patient}".encode()).digest()
        for patient in patients
    }
    flipped = sorted(patients, key=drawn.__getitem__)[: max(1, round(share * len(patients)))]
    chosen = images["patient"].isin(flipped)
    return images.assign(label=images["label"].where(~chosen, 1 - images["label"]))
