"""Permute labels over studies, for the negative control `shuffled_labels`."""

import hashlib

import pandas as pd


def shuffle_labels(images: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same images (rows with study and label) with their studies' labels in another order.

    All images of a study get one label, and as many studies are abnormal as before. Depends on the names of
    the studies and the seed alone: not on the rows' order, nor on a library's random numbers.
    """
    labels = images.groupby("study", sort=True)["label"].first()
    drawn = [hashlib.sha256(f"shuffled|{seed}|{study}".encode()).digest() for study in labels.index]
    given = labels.set_axis(pd.Series(labels.index, index=drawn).sort_index().to_numpy())
    return images.assign(label=images["study"].map(given))
