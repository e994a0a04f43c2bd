from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.nested_order import nested_order
from benchmark.datasets.splits import first_groups, group_ids, is_leaky, pool_and_test, rows_showing
from benchmark.errors import UserError
from tests.benchmark.datasets.random_images import make_images


@pytest.fixture(scope="module")
def images() -> pd.DataFrame:
    return make_images()


@pytest.fixture(scope="module")
def manifest(images: pd.DataFrame) -> Manifest:
    return Manifest(Path("data"), images, "valid")


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


def test_a_share_of_the_groups_is_the_start_of_the_order_with_whole_patients(images: pd.DataFrame) -> None:
    groups = group_ids(images, "patient")
    order = nested_order(images, groups, "all", 0)
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
