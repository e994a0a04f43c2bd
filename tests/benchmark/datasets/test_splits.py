import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.splits import (
    first_groups,
    group_ids,
    is_leaky,
    nested_order,
    pool_and_test,
    rows_showing,
)
from benchmark.errors import UserError

PARTS = ("elbow", "hand", "wrist")


def make_images(patients: int = 900, seed: int = 0) -> pd.DataFrame:
    """Patients of 1 to 6 images, a third of the studies abnormal, parts of unequal size."""
    random = np.random.default_rng(seed)
    rows = []
    for patient in range(patients):
        for study, part in enumerate(random.choice(PARTS, size=random.integers(1, 3), p=(0.2, 0.5, 0.3))):
            label, split = int(random.random() < 0.33), "test" if patient % 10 == 0 else "train"
            for view in range(random.integers(1, 4)):
                name = f"p{patient}/s{study}/{view}.png"
                rows.append((name, f"p{patient}", f"p{patient}/s{study}", part, label, split))
    return pd.DataFrame(rows, columns=["image", "patient", "study", "body_part", "label", "split"])


@pytest.fixture(scope="module")
def images() -> pd.DataFrame:
    return make_images()


@pytest.fixture(scope="module")
def manifest(images: pd.DataFrame) -> Manifest:
    return Manifest(Path("data"), images, "valid")


def order_of(
    images: pd.DataFrame, part: str = "all", seed: int = 0, protocol: str = "patient"
) -> NDArray[np.intp]:
    return nested_order(images, group_ids(images, protocol), part, seed)


def names_in_order(images: pd.DataFrame, part: str = "all", seed: int = 0) -> list[str]:
    return images["image"].iloc[order_of(images, part, seed)].tolist()


@pytest.mark.parametrize("protocol", ["official", "patient", "image"])
def test_pool_and_test_share_no_row_and_leave_none_out(manifest: Manifest, protocol: str) -> None:
    pool, test = pool_and_test(manifest, protocol)
    assert np.array_equal(np.sort(np.concatenate([pool, test])), np.arange(len(manifest.images)))


@pytest.mark.parametrize("protocol", ["official", "patient"])
def test_no_patient_is_in_pool_and_test(manifest: Manifest, protocol: str) -> None:
    pool, test = (set(manifest.images["patient"].iloc[rows]) for rows in pool_and_test(manifest, protocol))
    assert not pool & test


def test_the_image_protocol_leaks_patients_and_says_so(manifest: Manifest) -> None:
    pool, test = (set(manifest.images["patient"].iloc[rows]) for rows in pool_and_test(manifest, "image"))
    assert pool & test
    assert [name for name in ("official", "patient", "image") if is_leaky(name)] == ["image"]


def test_the_official_protocol_takes_the_data_sets_own_test_part(manifest: Manifest) -> None:
    _, test = pool_and_test(manifest, "official")
    assert (manifest.images["split"].iloc[test] == "test").all()


def test_the_official_protocol_needs_a_split(images: pd.DataFrame) -> None:
    with pytest.raises(UserError, match=r"'official' needs a split .* protocol: patient"):
        pool_and_test(Manifest(Path("data"), images.assign(split=""), ""), "official")


@pytest.mark.parametrize("protocol", ["patient", "image"])
def test_a_tenth_is_held_out_stratified_by_part_and_label(manifest: Manifest, protocol: str) -> None:
    pool, test = pool_and_test(manifest, protocol)
    assert len(test) == pytest.approx(0.1 * len(manifest.images), abs=6)
    shares = [
        manifest.images.iloc[rows].groupby(["body_part", "label"]).size() / len(rows) for rows in (pool, test)
    ]
    assert (shares[0] - shares[1]).abs().max() < 0.05


@pytest.mark.parametrize("protocol", ["patient", "image"])
def test_the_test_set_does_not_follow_the_order_of_rows(images: pd.DataFrame, protocol: str) -> None:
    shuffled = images.sample(frac=1, random_state=3).reset_index(drop=True)
    found = [
        set(table["image"].iloc[pool_and_test(Manifest(Path(), table, ""), protocol)[1]])
        for table in (images, shuffled)
    ]
    assert found[0] == found[1]


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


def test_a_share_of_the_groups_is_the_start_of_the_order_with_whole_patients(images: pd.DataFrame) -> None:
    order, groups = order_of(images), group_ids(images, "patient")
    start = first_groups(order, groups, 0.9)
    assert (start == order[: len(start)]).all()
    kept = set(groups[start])
    assert len(kept) == 810, "nine tenths of 900"
    assert not kept & set(groups[order[len(start) :]]), "no patient is divided"
    labels = images["label"].to_numpy()
    assert labels[start].mean() == pytest.approx(labels.mean(), abs=0.01)


@pytest.mark.parametrize(("share", "count"), [(0.55, 55), (0.551, 56), (0.999, 100), (0.001, 1)])
def test_a_share_is_rounded_up_to_whole_groups(share: float, count: int) -> None:
    groups = np.array([f"p{n}" for n in range(100)], object)
    assert len(first_groups(np.arange(100), groups, share)) == count


def test_rows_of_a_body_part_are_those_that_show_it(images: pd.DataFrame) -> None:
    rows = np.arange(0, len(images), 2)
    assert rows_showing(images, rows, "all") is rows
    shown = rows_showing(images, rows, "hand")
    assert set(images["body_part"].iloc[shown]) == {"hand"}
    assert set(shown) <= set(rows)
