"""Subsets of every size hold whole patients and each class in proportion, and are the same for ever."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from benchmark.datasets.nested_order import nested_order
from benchmark.datasets.splits import group_ids
from tests.benchmark.datasets.random_images import PARTS, make_images


@pytest.fixture(scope="module")
def images() -> pd.DataFrame:
    return make_images()


def order_of(
    images: pd.DataFrame, part: str = "all", seed: int = 0, protocol: str = "patient"
) -> NDArray[np.intp]:
    return nested_order(images, group_ids(images, protocol), part, seed)


def names_in_order(images: pd.DataFrame, part: str = "all", seed: int = 0) -> list[str]:
    return images["image"].iloc[order_of(images, part, seed)].tolist()


def test_the_order_names_every_row_once(images: pd.DataFrame) -> None:
    assert np.array_equal(np.sort(order_of(images)), np.arange(len(images)))


def test_only_the_last_patient_of_a_subset_may_be_cut(images: pd.DataFrame) -> None:
    patients = images["patient"].iloc[order_of(images)]
    blocks = (patients != patients.shift()).sum()
    assert blocks == patients.nunique()


@pytest.mark.parametrize("protocol", ["patient", "image"])
@pytest.mark.parametrize("size", [100, 300, 1000])
def test_a_subset_holds_parts_and_labels_in_the_pools_proportion(
    images: pd.DataFrame, size: int, protocol: str
) -> None:
    first = images.iloc[order_of(images, protocol=protocol)[:size]]
    for columns in (["label"], ["body_part"], ["body_part", "label"]):
        whole = images.groupby(columns).size() / len(images)
        part = first.groupby(columns).size() / size
        assert part.sub(whole, fill_value=0).abs().max() < 0.06


@pytest.mark.parametrize("part", PARTS)
def test_a_hundred_images_of_one_part_hold_both_classes(images: pd.DataFrame, part: str) -> None:
    rows = images[images["body_part"] == part]
    for seed in range(5):
        assert 0.2 < rows["label"].iloc[order_of(rows, part, seed)[:100]].mean() < 0.5


def test_a_rare_class_is_there_as_often_as_its_share_allows() -> None:
    images = make_images().drop_duplicates("patient").assign(body_part="hand")
    images["label"] = (np.arange(len(images)) < 45).astype(int)  # 5 %
    for seed in range(5):
        assert images["label"].iloc[order_of(images, "hand", seed)[:100]].sum() in (4, 5, 6)


def test_an_order_does_not_follow_the_order_of_rows(images: pd.DataFrame) -> None:
    shuffled = images.sample(frac=1, random_state=5)
    assert names_in_order(shuffled) == names_in_order(images)


def test_part_and_seed_each_draw_another_order(images: pd.DataFrame) -> None:
    orders = {tuple(names_in_order(images, part, seed)) for part in ("all", "hand") for seed in (0, 1)}
    assert len(orders) == 4


def test_another_patient_leaves_the_others_in_their_order(images: pd.DataFrame) -> None:
    fewer = images[images["patient"] != "p17"]
    stratum = images.groupby("patient").agg(part=("body_part", "min"), label=("label", "max"))
    same = stratum.index[(stratum == stratum.loc["p17"]).all(axis=1)]
    in_stratum = [
        [name for name in names_in_order(table) if name.split("/")[0] in same and not name.startswith("p17/")]
        for table in (images, fewer)
    ]
    assert in_stratum[0] == in_stratum[1]


def test_the_order_is_the_same_for_ever() -> None:
    """A changed digest means other subsets under the same name: raise SPLITS_VERSION with it."""
    text = [f"p{n}" for n in range(30)]
    images = pd.DataFrame({"image": text, "patient": text, "body_part": "hand", "label": [0, 1, 0] * 10})
    order = ",".join(names_in_order(images, "hand", 1))
    assert hashlib.sha256(order.encode()).hexdigest()[:16] == "0e337d8d73767f0b"


@pytest.mark.parametrize("protocol", ["patient", "image"])
@pytest.mark.parametrize("patients", [1, 2, 7, 200])
def test_the_order_is_that_of_plain_tables(patients: int, protocol: str) -> None:
    """Many equal positions, patients of several parts and labels, odd names, rows in any order."""
    images = make_images(patients, seed=patients).sample(frac=1, random_state=1)
    images["patient"] = images["patient"] + "\u00e9"
    for part, seed in (("all", 0), ("hand", 3)):
        assert np.array_equal(
            order_of(images, part, seed, protocol), plain_order(images, part, seed, protocol)
        )


def plain_order(images: pd.DataFrame, part: str, seed: int, protocol: str) -> NDArray[np.intp]:
    """The definition, by pandas."""
    table = images.reset_index(drop=True).assign(group=group_ids(images, protocol))
    rows = table.groupby("group").agg(
        part=("body_part", "min"), label=("label", "max"), images=("image", "size")
    )
    drawn = [hashlib.sha256(f"{part}|{seed}|{group}".encode()).hexdigest() for group in rows.index]
    rows = rows.assign(drawn=drawn).sort_values("drawn")
    strata = rows.groupby(["part", "label"])["images"]
    rows["position"] = (strata.cumsum() - rows["images"] / 2) / strata.transform("sum")
    rows = rows.sort_values(["position", "drawn"])
    rank = pd.Series(np.arange(len(rows)), index=rows.index)
    ordered = table.assign(rank=table["group"].map(rank)).sort_values(["rank", "image"])
    return ordered.index.to_numpy(dtype=np.intp)
