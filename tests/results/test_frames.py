"""Rows are checked before anything is drawn."""

import numpy as np
import pandas as pd
import pytest

from results.frames import by_part, by_size, in_order, records, refuse_twice, tidy, whole

ROWS = [{"name": "a", "value": 1, "other": {}}, {"name": "b", "value": None, "other": {}}]


@pytest.mark.parametrize("rows", [ROWS, pd.DataFrame(ROWS), tuple(ROWS)])
def test_needed_columns_are_kept_and_none_is_nan(rows):
    table = tidy(rows, ["name"], ["value"], {"line": "", "sure": None})
    assert table.columns.tolist() == ["name", "value", "line", "sure"]
    assert np.isnan(table["value"].iloc[1])
    assert table["line"].tolist() == ["", ""]
    assert table["sure"].isna().all()


def test_what_is_given_is_not_changed():
    given = pd.DataFrame(ROWS)
    table = tidy(given, ["name"], ["value"])
    table["value"] = 0.0
    assert given["value"].iloc[0] == 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "there is no row"),
        (pd.DataFrame(), "there is no row"),
        (ROWS, "'size' is missing; there are name, value"),
    ],
)
def test_what_is_missing_is_said(rows, reason):
    with pytest.raises(ValueError, match=reason):
        tidy(rows, ["name"], ["size"])


def test_two_rows_of_one_point_are_refused():
    with pytest.raises(ValueError, match="two rows for a; name them"):
        refuse_twice(pd.DataFrame([*ROWS, ROWS[0]]), ["name"], "name them")


def test_rows_sizes_and_parts_in_order():
    assert records(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert by_size(["full", 10000, 100, "full"]) == [100, 10000, "full"]
    assert in_order(["all", "wrist", "elbow", "wrist"]) == ["wrist", "elbow", "all"]


def test_counts_become_integers_and_a_missing_one_stays_missing():
    table = whole(pd.DataFrame({"count": [3.0, np.nan, 2.0000001], "value": [1.0, 2.0, 3.0]}), ["count"])
    assert table["count"].tolist() == [3, pd.NA, 2]
    assert table.to_csv(index=False).splitlines()[1:] == ["3,1.0", ",2.0", "2,3.0"]


def test_rows_go_by_body_part_with_all_last_and_keep_their_order_within():
    table = by_part(pd.DataFrame({"body_part": ["all", "b", "a", "b"], "row": [0, 1, 2, 3]}))
    assert table["row"].tolist() == [1, 3, 2, 0]
    assert table.index.tolist() == [0, 1, 2, 3]
