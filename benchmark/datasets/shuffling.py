"""Permute labels over studies, for the negative control `shuffled_labels`."""

import hashlib

import pandas as pd


def shuffle_labels(images: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Permute the labels of the studies; `images` has one row per image, with study and label.

    All images of a study get the same label, and the number of abnormal studies does not change. The result
    depends on the names of the studies and the seed only: not on the order of the rows or on a library's
    random numbers.
    """
    labels = images.groupby("study", sort=True)["label"].first()
    drawn = [hashlib.sha256(f"shuffled|{seed}|{study}".encode()).digest() for study in labels.index]
    given = labels.set_axis(pd.Series(labels.index, index=drawn).sort_index().to_numpy())
    return images.assign(label=images["study"].map(given))
