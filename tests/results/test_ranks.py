"""Ranks, Friedman's and Nemenyi's tests, against the published tables and by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from results.ranks import critical_difference, rank_methods

# Demsar (2006), table 6: AUC of C4.5 and its variants with a minimal leaf size, pruning, and both
DEMSAR = [
    (0.763, 0.768, 0.771, 0.798),
    (0.599, 0.591, 0.590, 0.569),
    (0.954, 0.971, 0.968, 0.967),
    (0.628, 0.661, 0.654, 0.657),
    (0.882, 0.888, 0.886, 0.898),
    (0.936, 0.931, 0.916, 0.931),
    (0.661, 0.668, 0.609, 0.685),
    (0.583, 0.583, 0.563, 0.625),
    (0.775, 0.838, 0.866, 0.875),
    (1.000, 1.000, 1.000, 1.000),
    (0.940, 0.962, 0.965, 0.962),
    (0.619, 0.666, 0.614, 0.669),
    (0.972, 0.981, 0.9751, 0.975),
    (0.957, 0.978, 0.946, 0.970),
]
NAMES = ["C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf"]


def table(blocks=12, noise=0.1, seed=0):
    """Two good methods and two poor ones."""
    random = np.random.default_rng(seed)
    values = random.normal([0.9, 0.7, 0.91, 0.7], noise, (blocks, 4))
    index = pd.MultiIndex.from_product([["resnet50"], range(blocks)])
    return pd.DataFrame(values, columns=["good", "poor", "best", "bad"], index=index)


def test_demsars_example():
    result = rank_methods(pd.DataFrame(DEMSAR, columns=NAMES))
    assert list(result["average_ranks"]) == ["C4.5+m+cf", "C4.5+m", "C4.5+cf", "C4.5"]
    assert list(result["average_ranks"].values()) == pytest.approx([1.964, 2.0, 2.893, 3.143], abs=0.0005)
    assert result["friedman"]["p"] == pytest.approx(stats.friedmanchisquare(*np.transpose(DEMSAR)).pvalue)
    assert result["critical_difference"] == pytest.approx(2.569 * np.sqrt(4 * 5 / (6 * 14)), abs=0.001)


@pytest.mark.parametrize(
    ("methods", "q"), [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (7, 2.949), (10, 3.164)]
)
def test_the_critical_difference_is_that_of_demsars_table(methods, q):
    expected = q * np.sqrt(methods * (methods + 1) / (6 * 20))
    assert critical_difference(methods, 20) == pytest.approx(expected, rel=0.001)


def test_groups_are_the_pairs_that_nemenyi_does_not_tell_apart():
    result = rank_methods(table(blocks=20))
    assert [set(group) for group in result["groups"]] == [{"best", "good"}, {"bad", "poor"}]
    ranks, pairs = result["average_ranks"], result["nemenyi"]
    together = {frozenset(g) for g in result["groups"]}
    for one in ranks:
        for other in ranks:
            differ = abs(ranks[one] - ranks[other]) > result["critical_difference"]
            assert (pairs[one][other] < 0.05) == differ
            assert one == other or (frozenset((one, other)) in together) != differ
    json.dumps(result)


def test_overlapping_groups_and_none_within_another():
    values = np.tile([4.0, 3, 2, 1], (6, 1))
    values[0] = values[0][::-1]
    result = rank_methods(pd.DataFrame(values, columns=list("abcd")))
    assert result["friedman"]["p"] < 0.05
    assert result["average_ranks"] == pytest.approx({"a": 1.5, "b": 13 / 6, "c": 17 / 6, "d": 3.5})
    assert result["critical_difference"] == pytest.approx(1.915, abs=0.001)
    assert result["groups"] == [["a", "b", "c"], ["b", "c", "d"]]


def test_one_group_where_friedman_does_not_reject_though_nemenyi_would():
    ranks = [[2, 1, 4, 3], [3, 2, 4, 1], [4, 1, 3, 2], [2, 1, 4, 3]]
    result = rank_methods(-pd.DataFrame(ranks, columns=list("abcd")))
    assert 0.05 < result["friedman"]["p"] < 0.051
    assert result["average_ranks"]["c"] - result["average_ranks"]["b"] > result["critical_difference"]
    assert result["nemenyi"]["b"]["c"] < 0.05
    assert result["groups"] == [["b", "d", "a", "c"]]
    assert rank_methods(-pd.DataFrame(ranks), level=0.06)["groups"] != [[1, 3, 0, 2]]


def test_blocks_that_lack_a_method_are_left_out():
    values = table()
    holed = values.copy()
    holed.iloc[3, 1] = np.nan
    result = rank_methods(holed)
    assert (result["blocks"], result["blocks_left_out"]) == (11, 1)
    assert result["average_ranks"] == rank_methods(values.drop(values.index[3]))["average_ranks"]


def test_limits_are_said():
    assert len(rank_methods(table(blocks=12))["limits"]) == 1
    shared, few = rank_methods(table(blocks=7))["limits"]
    assert "share test and training patients" in shared
    assert few.startswith("7 blocks are few")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (table().iloc[:, :2], "2 methods"),
        (table().iloc[:1], "1 blocks"),
        (table().assign(good=np.nan), "0 blocks"),
        (pd.DataFrame(), "0 methods"),
        (pd.DataFrame(np.full((5, 3), 0.5)), "equal in every block"),
    ],
)
def test_no_test_says_why(values, reason):
    result = rank_methods(values)
    assert reason in result["reason"]
    assert set(result) == set(rank_methods(table()))
    assert result["average_ranks"] is result["groups"] is result["critical_difference"] is None
