"""The order of training images whose first N are the subset of N: grouped by patient, stratified by label."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RowNumbers = NDArray[np.intp]


def nested_order(images: pd.DataFrame, groups: NDArray[np.object_], body_part: str, seed: int) -> RowNumbers:
    """An order of these rows whose first N are the subset of N images, for every N.

    Groups stay together (only the last group of a subset may be cut). Every prefix holds each stratum of
    (body part, label) in proportion: within its stratum, groups are shuffled by a hash of (body_part, seed,
    group), and a group is placed at the share of the stratum's images before it, plus half of its own.
    The order depends on these names only: not on the order of the rows or on a library's random numbers. A
    group that is added or removed does not change the shuffled order of the others.
    """
    return order_of(groups_of(images, groups), body_part, seed)


@dataclass(frozen=True, eq=False)
class Groups:
    """What an order of n images in g groups needs: the names of groups (g) sorted, in UTF-8, and numbers."""

    names: list[bytes]
    of_image: RowNumbers  # (n,) the group of each image
    image_rank: RowNumbers  # (n,) the place of each image's name
    images: NDArray[np.int64]  # (g,) how many a group has
    stratum: RowNumbers  # (g,) of body part and label


def groups_of(images: pd.DataFrame, groups: NDArray[np.object_]) -> Groups:
    """The groups of images by image, body_part and label. A group is of its first part and highest label."""
    of_image, names = pd.factorize(groups, sort=True)
    parts, _ = pd.factorize(images["body_part"], sort=True)
    first_part, label = np.full(len(names), len(images)), np.zeros(len(names), int)
    np.minimum.at(first_part, of_image, parts)
    np.maximum.at(label, of_image, images["label"].to_numpy())
    _, stratum = np.unique(np.column_stack([first_part, label]), axis=0, return_inverse=True)
    image_rank = np.empty(len(images), int)
    image_rank[np.argsort(images["image"].to_numpy(dtype=object), kind="stable")] = np.arange(len(images))
    counts = np.bincount(of_image, minlength=len(names))
    return Groups([str(n).encode() for n in names], of_image, image_rank, counts, stratum.reshape(-1))


def order_of(groups: Groups, body_part: str, seed: int) -> RowNumbers:
    """`nested_order` of the images of these groups."""
    drawn_by = f"{body_part}|{seed}|".encode()
    hashes = np.array([hashlib.sha256(drawn_by + name).digest() for name in groups.names], dtype="S32")
    drawn = np.argsort(hashes, kind="stable")
    position = np.empty(len(drawn))
    for stratum in range(groups.stratum.max(initial=-1) + 1):
        own = drawn[groups.stratum[drawn] == stratum]
        images = groups.images[own]
        position[own] = (np.cumsum(images) - images / 2) / images.sum()
    rank = np.empty(len(drawn), int)
    rank[drawn[np.argsort(position[drawn], kind="stable")]] = np.arange(len(drawn))
    order: RowNumbers = np.lexsort((groups.image_rank, rank[groups.of_image]))
    return order
