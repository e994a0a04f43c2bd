"""Rows are checked before anything is drawn."""

import numpy as np
import pandas as pd
import pytest

from results.figures.rows import by_size, in_order, records, refuse_twice, tidy

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
