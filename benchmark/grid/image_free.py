"""What a control knows that looks at no image: the body part, or nothing at all."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from extractors.digests import JsonValue

NO_IMAGE = "no_image"  # the strategy of such controls
COSTS_NOTHING: dict[str, JsonValue] = {  # the facts of an embedding, where none is made
    "milliseconds_per_image": 0.0,
    "kwh_per_image": 0.0,
    "peak_memory_bytes": 0,
    "device": "cpu",
    "bytes_on_disk": 0,
}


@dataclass(frozen=True)
class NoImage:
    """An extractor in name only: what is known of an image without looking at it."""

    label: str

    def asked(self) -> dict[str, JsonValue]:
        """What the grid asked for."""
        return {"name": self.label}

    def identity(self) -> dict[str, JsonValue]:
        return self.asked()


def one_hot(train: pd.Series, test: pd.Series) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The body part of each training and test image, as (n, parts) and (m, parts) float32 of 0 and 1."""
    parts = np.unique(pd.concat([train, test]).to_numpy(dtype=str))
    known = [rows.to_numpy(dtype=str)[:, None] == parts for rows in (train, test)]
    return known[0].astype(np.float32), known[1].astype(np.float32)
