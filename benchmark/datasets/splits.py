"""The test set, the groups of images that no subset divides, and the rows of a body part."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.names import BY_IMAGE, BY_SITE, EVERY_PART
from benchmark.datasets.nested_order import RowNumbers as RowNumbers
from benchmark.datasets.nested_order import nested_order
from benchmark.datasets.sites import pool_and_site
from benchmark.errors import UserError

_TEST_SHARE = 0.1  # of the usual 80 / 10 / 10 split, whose validation part stays in the training pool


def pool_and_test(manifest: Manifest, protocol: str, site: str = "") -> tuple[RowNumbers, RowNumbers]:
    """The manifest rows that may be trained on, and those of the fixed test set, both ascending.

    `official` is the data set's own split; `patient` puts a tenth of the patients in the test set,
    `image` a tenth of the images (one patient may be in both: only to measure how much that inflates the
    scores). Neither depends on the grid's seeds. `site` holds out the images of one site
    (`sites.pool_and_site`). Raises UserError for `official` when the data set has no test part, and for a
    site that it does not have.
    """
    images = manifest.images
    if protocol == BY_SITE:
        return pool_and_site(manifest, site)
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
        if protocol == "patient":  # all images of a patient whose images lie on both sides of the cut
            test = images["patient"].isin(images["patient"][test]).to_numpy()
    return np.flatnonzero(~test), np.flatnonzero(test)


def is_leaky(protocol: str) -> bool:
    """Whether one patient's images may be in training and in test."""
    return protocol == BY_IMAGE


def group_ids(images: pd.DataFrame, protocol: str) -> NDArray[np.object_]:
    """The group (n,) of each image that no fold divides: its patient, or the image itself under `image`."""
    return images["image" if is_leaky(protocol) else "patient"].to_numpy(dtype=object)


def first_groups(order: RowNumbers, groups: NDArray[Any], share: float) -> RowNumbers:
    """The start of a nested order that holds this share of its groups (rounded up), each with all images.

    `order` (n,) are positions in `groups` (n,). A large share of a few groups, rounded up, is all of them.
    """
    ordered = groups[order]
    before = np.concatenate([[0], np.cumsum(ordered[1:] != ordered[:-1])])  # groups before that of each row
    wanted = math.ceil(round(share * (before[-1] + 1), 9))  # 0.55 × 100 is 55.00000000000001
    start: RowNumbers = order[before < wanted]
    return start


def rows_showing(images: pd.DataFrame, rows: RowNumbers, body_part: str) -> RowNumbers:
    """Those of the `rows` of `images` that show this body part; all of them for `all`."""
    if body_part == EVERY_PART:
        return rows
    shows = (images["body_part"] == body_part).to_numpy(dtype=bool)
    shown: RowNumbers = rows[shows[rows]]
    return shown
