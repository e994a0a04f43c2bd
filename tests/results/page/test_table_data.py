"""What a cell shows, what it sorts by, and what it tells on hover."""

import numpy as np
import pandas as pd
import pytest

from results.page.table_data import columns_of
from results.tables.columns import IMAGES, Column, number_column, text_column
from results.tables.formatting import p_text, score
from results.tables.paper import paper_table


def shown(values):
    return [cell.text for cell in columns_of(pd.DataFrame({"x": values}))[0].cells]


def sorting(values):
    return [cell.value for cell in columns_of(pd.DataFrame({"x": values}))[0].cells]


def test_floats_have_three_decimals_and_keep_their_value():
    column = columns_of(pd.DataFrame({"auroc": [0.87654321, -1.5, 12345.0]}))[0]
    assert [cell.text for cell in column.cells] == ["0.877", "-1.500", "12,345.000"]
    assert [column.hover(cell) for cell in column.cells] == ["0.87654321", "-1.5", "12345"]
    assert [cell.value for cell in column.cells] == [0.87654321, -1.5, 12345.0]


def test_a_value_too_small_for_three_decimals_is_not_shown_as_nothing():
    assert shown([0.0003, -0.0003, 0.0, 0.0005]) == ["0.0003", "-0.0003", "0.000", "0.001"]


def test_integers_that_pandas_made_floats_are_integers_again():
    assert shown([1.0, np.nan, 36808.0]) == ["1", "–", "36,808"]
    assert shown([1.0, 0.5]) == ["1.000", "0.500"]
    assert shown([1.0, 0.0]) == ["1.000", "0.000"], "none is missing: they were floats"
    assert shown(pd.array([1, None], "Int64")) == ["1", "–"]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_what_is_missing_has_no_value(missing):
    assert sorting(pd.Series(["a", missing], dtype=object)) == ["a", None]
    assert shown(pd.Series(["a", missing], dtype=object))[1] == "–"


@pytest.mark.parametrize("text", ["0.873 [0.851, 0.893]", "2026-11-21", "<0.001", "100x"])
def test_texts_of_a_frame_stay_text(text):
    assert sorting([text]) == [text]
    assert sorting([" "]) == [None]


def test_a_table_for_a_paper_sorts_by_the_values_it_was_made_of():
    frame = pd.DataFrame(
        {
            "method": ["a", "b", "c"],
            "value": [0.8734, -0.012, None],
            "low": [0.85, -0.02, None],
            "high": [0.89, 0.02, None],
            "standing": ["best", "close", ""],
            "p": [0.0004, 0.2, np.nan],
            "train_size": [3000, "full", 100],
        }
    )
    made = [
        text_column("method", "method"),
        Column("the\nscore", score),
        number_column("p", "p", p_text),
        IMAGES,
    ]
    method, value, p, images = columns_of(paper_table("x", "X.", frame, made))
    assert [cell.text for cell in value.cells] == ["0.873★ [0.850, 0.890]", "−0.012† [−0.020, 0.020]", "–"]
    assert [cell.value for cell in value.cells] == [0.8734, -0.012, None]
    assert [cell.compact() for cell in p.cells] == [[0.0004, "<0.001"], [0.2, "0.200"], [None, "–"]]
    assert [cell.compact() for cell in images.cells] == [[3000, "3,000"], ["full", "all"], 100]
    assert [column.name for column in (method, value)] == ["method", "the score"]
    assert [column.number for column in (method, value, p, images)] == [False, True, True, False]
    assert not any(value.hover(cell) for cell in value.cells), "the text says more than the number"


def test_numbers_and_words_in_one_column():
    column = columns_of(pd.DataFrame({"train_size": [100, 10000, "full"]}))[0]
    assert [cell.text for cell in column.cells] == ["100", "10,000", "full"]
    assert [cell.value for cell in column.cells] == [100, 10000, "full"]
    assert not column.number


def test_infinity_sorts_outside_all_numbers():
    low, high = sorting([-np.inf, np.inf])
    assert low == -high
    assert high > 1e308
    column = columns_of(pd.DataFrame({"x": [np.inf]}))[0]
    assert (column.cells[0].text, column.hover(column.cells[0])) == ("inf", "")


def test_truth_lists_and_large_integers():
    assert shown(pd.Series([True, False])) == ["yes", "no"]
    assert shown(pd.Series([[0, 1], {"a": 1}], dtype=object)) == ["[0, 1]", "{'a': 1}"]
    assert shown([2**60]) == [f"{2**60:,}"]


def test_the_index_is_shown_where_it_has_a_name():
    frame = pd.DataFrame({"normal": [3]}, index=pd.Index(["abnormal"], name="truth"))
    assert [column.name for column in columns_of(frame)] == ["truth", "normal"]
    assert [column.name for column in columns_of(pd.DataFrame({"a": [1]}, index=["x"]))] == ["a"]


def test_names_of_every_kind_and_twice():
    frame = pd.DataFrame([[1, 2, 3]], columns=[100, "full", "full"])
    assert [column.name for column in columns_of(frame)] == ["100", "full", "full"]
    assert [column.cells[0].value for column in columns_of(frame)] == [1, 2, 3]
    levels = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("auroc", "low"), ("n", "")]))
    assert [column.name for column in columns_of(levels)] == ["auroc · low", "n"]


def test_no_rows_and_no_columns():
    assert columns_of(pd.DataFrame()) == []
    assert columns_of(pd.DataFrame({"a": []}))[0].cells == []
