"""Numbers in place of the ids of images, studies and patients.

A number is the rank of the id among all ids of the data set: equal data give equal numbers, whoever exports
them, and without the data set no number leads back to an id. Patients are resampled by their names, so that
the draws of an interval are others for numbers than for ids, and the same for all cells of an import.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.manifest import Manifest

COLUMNS = ("image", "study", "patient")


@dataclass(frozen=True)
class Pseudonyms:
    """The ids of a data set by column, sorted: the number of an id is its place."""

    ids: Mapping[str, list[str]]

    def encode(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table of predictions with numbers as texts, such as `patient 00017`.

        Raises ValueError for an id of another data set.
        """
        return table.assign(**{column: self._encoded(column, table[column]) for column in COLUMNS})

    def decode(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table that `encode` was given. Raises ValueError for what is no number of this data set."""
        return table.assign(**{column: self._decoded(column, table[column]) for column in COLUMNS})

    def image(self, image: str) -> str:
        """The number of one image, as in `encode`."""
        return str(self._encoded("image", pd.Series([image])).iloc[0])

    def original_image(self, number: str) -> str:
        """The image that `image` was given."""
        return str(self._decoded("image", pd.Series([number])).iloc[0])

    def _encoded(self, column: str, values: pd.Series) -> pd.Series:
        names, asked = self.ids[column], values.astype(str).tolist()
        places = [bisect_left(names, name) for name in asked]
        for place, name in zip(places, asked, strict=True):
            if names[place : place + 1] != [name]:
                raise ValueError(f"{name!r} is no {column} of this data set")
        width = len(str(len(names)))
        return _texts([f"{column} {place:0{width}d}" for place in places], values)

    def _decoded(self, column: str, values: pd.Series) -> pd.Series:
        names, start = self.ids[column], f"{column} "
        found = []
        for value in values:
            number = str(value).removeprefix(start)
            if not (str(value).startswith(start) and number.isdecimal() and int(number) < len(names)):
                raise ValueError(f"{value!r} is no {column} of this data set")
            found.append(names[int(number)])
        return _texts(found, values)


def _texts(found: list[str], values: pd.Series) -> pd.Series:
    """A column of texts in place of `values`, of their type where that takes any text (`category` not)."""
    dtype = values.dtype if pd.api.types.is_string_dtype(values.dtype) else "object"
    return pd.Series(found, values.index, dtype=dtype)


def pseudonyms_of(manifest: Manifest) -> Pseudonyms:
    """The numbers of all ids of a data set."""
    return Pseudonyms({column: sorted(set(manifest.images[column].astype(str))) for column in COLUMNS})


def digest_of_test(manifest: Manifest, test: NDArray[np.intp], unreadable: Collection[str]) -> str:
    """The sha256 (hex) of the test images without those that no cell could read, and of all ids.

    Of the test images these are the ids and labels (or findings), in any order. Two exports with the same
    digest were tested on the same patients and number them alike.
    """
    findings = [column for column in manifest.task.label_columns if column != "label"]
    rows = manifest.images.iloc[test][[*COLUMNS, "body_part", "label", *findings]].astype(str).fillna("")
    rows = rows[~rows["image"].isin(list(unreadable))]
    lines = sorted("\x1f".join(row) for row in rows.itertuples(index=False))
    everything = sorted(
        "\x1f".join(row) for row in manifest.images[[*COLUMNS]].astype(str).itertuples(index=False)
    )
    return hashlib.sha256("\n".join(["test", *lines, "all", *everything]).encode()).hexdigest()
