"""Permute labels over studies, for the negative control `shuffled_labels`."""

import hashlib
from collections.abc import Sequence

import pandas as pd


def shuffle_labels(images: pd.DataFrame, seed: int, columns: Sequence[str] = ("label",)) -> pd.DataFrame:
    """Permute the labels of the studies; `images` has one row per image, with study and label.

    With several `columns`, such as those of findings, a study gets all of another study's together.

    All images of a study get the same label, and the number of abnormal studies does not change. The result
    depends on the names of the studies and the seed only: not on the order of the rows or on a library's
    random numbers.
    """
    labels = images.drop_duplicates("study").set_index("study")[[*columns]].sort_index()
    drawn = [hashlib.sha256(f"shuffled|{seed}|{study}".encode()).digest() for study in labels.index]
    given = labels.set_axis(pd.Series(labels.index, index=drawn).sort_index().to_numpy())
    return images.assign(**{column: images["study"].map(given[column]) for column in columns})
