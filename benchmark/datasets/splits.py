"""The test set, and nested training subsets that are grouped by patient and stratified by label."""

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.names import BY_IMAGE
from benchmark.errors import UserError

Rows = NDArray[np.intp]
_TEST_SHARE = 0.1  # of 80 / 10 / 10; the validation tenth belongs to the training pool


def pool_and_test(manifest: Manifest, protocol: str) -> tuple[Rows, Rows]:
    """The manifest rows that may be trained on, and those of the fixed test set, both ascending.

    `official` is the data set's own split; `patient` puts a tenth of the patients in the test set,
    `image` a tenth of the images (patients leak: only there to show what that is worth). Neither
    depends on a seed of the grid. Raises UserError when the data set has no split of its own.
    """
    images = manifest.images
    if protocol == "official":
        if not manifest.evaluated_on:
            raise UserError(
                f"{manifest.root}: protocol 'official' needs a split with test or valid images; "
                "add them to the data set, or use protocol: patient"
            )
        test = images["split"].to_numpy() == "test"
    else:
        order = nested_order(images, group_ids(images, protocol), f"protocol {protocol}", 0)
        test = np.zeros(len(images), dtype=bool)
        test[order[: round(_TEST_SHARE * len(images))]] = True
        if protocol == "patient":  # the patient who was cut by the tenth is in the test set whole
            test = images["patient"].isin(images["patient"][test]).to_numpy()
    return np.flatnonzero(~test), np.flatnonzero(test)


def is_leaky(protocol: str) -> bool:
    """Whether one patient's images may be in training and in test."""
    return protocol == BY_IMAGE


def group_ids(images: pd.DataFrame, protocol: str) -> NDArray[np.object_]:
    """What must not be divided between folds: patients, or single images under `image`. Shape (n,)."""
    return images["image" if is_leaky(protocol) else "patient"].to_numpy(dtype=object)


def nested_order(images: pd.DataFrame, groups: NDArray[np.object_], body_part: str, seed: int) -> Rows:
    """An order of these rows whose first N are the subset of N images, for every N.

    Groups stay together (only the last one of a subset may be cut), and every prefix holds each
    stratum of (body part, label) in proportion: a group stands at the share of its stratum's images
    that precede it, half of its own counted, in an order drawn from (body_part, seed, group).
    Depends on names alone: not on the rows' own order, nor on a library's random numbers, and a
    group that is added or removed leaves the drawn order of the others as it was.
    """
    table = images.reset_index(drop=True).assign(group=groups)
    rows = table.groupby("group").agg(
        part=("body_part", "min"), label=("label", "max"), images=("image", "size")
    )
    drawn = [hashlib.sha256(f"{body_part}|{seed}|{group}".encode()).hexdigest() for group in rows.index]
    rows = rows.assign(drawn=drawn).sort_values("drawn")
    strata = rows.groupby(["part", "label"])["images"]
    rows["position"] = (strata.cumsum() - rows["images"] / 2) / strata.transform("sum")
    rows = rows.sort_values(["position", "drawn"])
    rank = pd.Series(np.arange(len(rows)), index=rows.index)
    ordered = table.assign(rank=table["group"].map(rank)).sort_values(["rank", "image"])
    return ordered.index.to_numpy(dtype=np.intp)
