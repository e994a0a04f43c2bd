"""Columns say how each row's value is printed, marked and sorted."""

from results.tables.columns import BACKBONE, IMAGES, NUMBER, PART, TEXT, number_column, text_column
from results.tables.formatting import count


def test_a_text_column_sorts_by_the_text_that_is_shown():
    column = text_column("name", "name", str.upper)
    assert column.align == TEXT
    cell = column.cell({"name": "ab"})
    assert (cell.text, cell.value) == ("AB", "AB")
    assert column.cell({"name": ""}).value is None, "an empty cell is sorted last"


def test_a_number_column_sorts_by_the_number_and_may_be_bold_or_marked():
    column = number_column("n", "n", count, bold=lambda row: row["n"] > 10, mark=lambda row: row["mark"])
    assert column.align == NUMBER
    large, small = (column.cell({"n": n, "mark": mark}) for n, mark in ((1234, "*"), (3, "")))
    assert (large.text, large.bold, large.mark, large.value) == ("1,234", True, "*", 1234)
    assert (small.text, small.bold, small.mark) == ("3", False, "")


def test_shared_columns_show_the_words_of_the_suite():
    row = {"body_part": "all", "backbone": "resnet18", "train_size": 1000}
    assert [column.cell(row).text for column in (BACKBONE, IMAGES)] == ["resnet18", "1,000"]
    assert IMAGES.cell(row | {"train_size": "full"}).text == "all"
    assert PART.cell(row).text
