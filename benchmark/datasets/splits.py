"""Who is in the test set, and which images are the first N: nested, by patient, stratified by label."""

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.manifest import Manifest
from benchmark.errors import UserError

Rows = NDArray[np.intp]
_TEST_SHARE = 0.1  # of 80 / 10 / 10; the validation tenth belongs to the training pool


def pool_and_test(manifest: Manifest, protocol: str) -> tuple[Rows, Rows]:
    """The manifest rows that may be trained on, and those of the fixed test set.

    `official` is the data set's own split; `patient` puts a tenth of the patients in the test set,
    `image` a tenth of the images (patients leak: only there to show what that is worth). Raises
    UserError when the data set has no split of its own.
    """
    images = manifest.images
    if protocol == "official":
        if not manifest.evaluated_on:
            raise UserError(
                f"{manifest.root}: protocol 'official' needs a column 'split'; or use protocol: patient"
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
    return protocol == "image"


def group_ids(images: pd.DataFrame, protocol: str) -> NDArray[np.object_]:
    """What must not be divided between folds: patients, or single images under `image`."""
    return images["image" if is_leaky(protocol) else "patient"].to_numpy(dtype=object)


def nested_order(images: pd.DataFrame, groups: NDArray[np.object_], body_part: str, seed: int) -> Rows:
    """An order of these rows whose first N are the subset of N images, for every N.

    Groups stay together (only the last one of a subset may be cut), and every prefix holds each
    stratum of (body part, label) in proportion: a group stands at the share of its stratum's images
    that precede it in a shuffle seeded by (body_part, seed). Independent of the rows' own order.
    """
    table = images.reset_index(drop=True).assign(group=groups)
    rows = table.groupby("group", sort=True).agg(
        part=("body_part", "min"), label=("label", "max"), images=("image", "size")
    )
    random = np.random.default_rng(_seed_from(body_part, seed))
    rows = rows.iloc[random.permutation(len(rows))]
    strata = rows.groupby(["part", "label"])["images"]
    rows["position"] = (strata.cumsum() - rows["images"] / 2) / strata.transform("sum")
    rows = rows.sort_values("position", kind="stable")
    rank = pd.Series(np.arange(len(rows)), index=rows.index)
    ordered = table.assign(rank=table["group"].map(rank)).sort_values(["rank", "image"], kind="stable")
    return ordered.index.to_numpy(dtype=np.intp)


def _seed_from(body_part: str, seed: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{body_part}|{seed}".encode()).digest()[:8], "big")
