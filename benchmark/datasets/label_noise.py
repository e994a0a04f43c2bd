"""Wrong training labels on purpose: the labels of a share of the patients are flipped."""

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.task_labels import rarest_first
from results.label_tasks import MULTICLASS, MULTILABEL, ORDINAL, TWO_CLASSES, LabelTask

_PREFIX = "label_noise_"
# What a flipped label of several classes becomes, for tables; of two classes it is the other one.
BECOME = {
    MULTICLASS: "to another class, drawn uniformly",
    ORDINAL: "to a neighbouring grade",
    MULTILABEL: "each finding that was read",
}


def noise_name(share: float) -> str:
    """The name of the cells with this share of flipped patients, as the `control` of cells and records."""
    return f"{_PREFIX}{share:g}"


def noise_share(control: str) -> float:
    """The share of flipped patients of a cell's `control`; 0 for any other."""
    return float(control.removeprefix(_PREFIX)) if control.startswith(_PREFIX) else 0.0


def flip_labels(
    images: pd.DataFrame, share: float, body_part: str, seed: int, task: LabelTask = TWO_CLASSES
) -> pd.DataFrame:
    """Give wrong labels to all images of a share of the patients (at least one).

    Of two classes 0 becomes 1 and 1 becomes 0. A class becomes another one, drawn uniformly for each patient;
    a grade becomes its neighbour, up or down with equal chance, and the first and last one their only
    neighbour; each finding that was read becomes the other value, and blanks stay.

    `images` has one row per image, with patient and the columns of the label. The patients are the first ones
    in the order of a hash of (body part, seed, patient): those of a smaller share are among those of a larger
    one, and they depend neither on the order of the rows nor on a library's random numbers. Another hash of
    the same draws what a patient's labels become, which is the same for every share.
    """
    patients = images["patient"].unique()
    drawn = {patient: _hash("noise", body_part, seed, patient) for patient in patients}
    flipped = sorted(patients, key=drawn.__getitem__)[: max(1, round(share * len(patients)))]
    chosen = images["patient"].isin(flipped)
    if task.kind == MULTILABEL:
        found = images[task.label_columns]
        found = found.where(~chosen, 1 - found)
        return images.assign(**found, label=rarest_first(found))  # by which folds are stratified
    if task.is_binary:
        return images.assign(label=images["label"].where(~chosen, 1 - images["label"]))
    draws = {
        patient: int.from_bytes(_hash("noise to", body_part, seed, patient)[:4], "big")
        for patient in patients
    }
    of_image = images["patient"].map(draws).to_numpy(np.int64)
    wrong = _wrong(images["label"].to_numpy(np.int64), of_image, task)
    return images.assign(label=images["label"].where(~chosen, wrong))


def _wrong(labels: NDArray[np.int64], draws: NDArray[np.int64], task: LabelTask) -> NDArray[np.int64]:
    """Another class, or a neighbouring grade, of each label (n,) by a number of its patient (n,)."""
    last = len(task.classes) - 1
    if task.kind == MULTICLASS:
        return (labels + 1 + draws % last) % (last + 1)
    up = np.where(draws % 2 == 1, 1, -1)
    return labels + np.where(labels == 0, 1, np.where(labels == last, -1, up))


def _hash(purpose: str, body_part: str, seed: int, patient: str) -> bytes:
    return hashlib.sha256(f"{purpose}|{body_part}|{seed}|{patient}".encode()).digest()
