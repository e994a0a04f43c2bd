"""A table is the same numbers three times: CSV in full, Markdown and LaTeX as printed."""

import csv
import io
import math
import re

import pandas as pd
import pytest

from results.tables.columns import TEXT, Column, number_column, text_column
from results.tables.formatting import Formatted
from results.tables.paper import paper_table, save_table, sentences

FRAME = pd.DataFrame({"name": ["a_b", "c|d"], "value": [1 / 3, float("nan")], "count": [3, 1000]})


def _value(row):
    return Formatted(f"{row['value']:.2f}", "[0, 1]", row["count"] == 3, "†", row["value"])


@pytest.fixture
def table():
    """Two rows: the first bold, with an interval and a mark."""
    columns = [
        text_column("name", "name"),
        Column("the\nvalue", _value),
        number_column("count", "count", "{:,}".format),
    ]
    return paper_table("some_table", "What is said of a_b.", FRAME, columns, note="Note_1.")


def test_markdown_is_a_pipe_table_between_caption_and_note(table):
    assert table.markdown().splitlines() == [
        "**What is said of a\\_b.**",
        "",
        "| name | the value | count |",
        "| --- | ---: | ---: |",
        "| a\\_b | **0.33**† [0, 1] | 3 |",
        "| c\\|d | nan† [0, 1] | 1,000 |",
        "",
        "Note\\_1.",
    ]


def test_each_cell_holds_its_value(table):
    assert [[cell.value for cell in row] for row in table.rows] == [
        ["a_b", 1 / 3, 3],
        ["c|d", pytest.approx(math.nan, nan_ok=True), 1000],
    ]


def test_values_of_number_columns_are_numbers(tables):
    for table in tables:
        for row in table.rows:
            for align, cell in zip(table.aligns, row, strict=True):
                undefined = cell.value is None or pd.isna(cell.value)
                words = align == TEXT or cell.value == "full"
                assert undefined or isinstance(cell.value, str) == words, (table.name, cell)
                assert undefined == (cell.text in ("–", "")), (table.name, cell)


def test_csv_holds_the_numbers_in_full_and_gives_them_back(table, tmp_path):
    path, _, _ = save_table(table, tmp_path)
    pd.testing.assert_frame_equal(pd.read_csv(path), FRAME, check_exact=True)


def test_three_files_are_written_with_the_same_bytes_each_time(table, tmp_path):
    paths = save_table(table, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["some_table.csv", "some_table.md", "some_table.tex"]
    first = [path.read_bytes() for path in paths]
    assert [path.read_bytes() for path in save_table(table, tmp_path / "new" / "folder")] == first
    assert all(b"\r" not in text and text.endswith(b"\n") for text in first)


def test_every_csv_gives_back_its_frame(tables):
    for table in tables:
        again = pd.read_csv(
            io.StringIO(table.frame.to_csv(index=False)), keep_default_na=False, na_values=[""]
        )
        assert list(again) == list(table.frame), table.name
        for name in again:
            given, found = table.frame[name], again[name]
            if pd.api.types.is_numeric_dtype(given):
                same = given.isna().eq(found.isna()) & (
                    given.isna() | (given.astype(float) == found.astype(float))
                )
            else:
                same = given.fillna("").astype(str) == found.fillna("").astype(str)
            assert same.all(), (table.name, name)


def test_counts_are_whole_in_every_csv(tables):
    counts = {
        "images",
        "seeds",
        "size",
        "smallest",
        "largest",
        "sign_changes",
        "parts",
        "family",
        "step",
    }
    counts |= {"only_first_right", "only_second_right", "peak_memory_bytes", "studies", "patients", "seed"}
    seen = set()
    for table in tables:
        for row in csv.DictReader(io.StringIO(table.frame.to_csv(index=False))):
            for name in counts & row.keys():
                assert re.fullmatch(r"\d*", row[name]), (table.name, name, row[name])
                seen.add(name)
    assert seen == counts


def test_nothing_is_printed_as_nan_or_none(tables):
    for table in tables:
        for text in (table.markdown(), table.latex()):
            assert not re.search(r"\b(nan|none|na|nat|inf)\b", text, re.IGNORECASE), table.name


def test_every_table_has_a_name_of_its_own_a_caption_and_rows_as_wide_as_its_titles(tables):
    assert len({table.name for table in tables}) == len(tables)
    for table in tables:
        assert re.fullmatch(r"[a-z0-9_-]+", table.name)
        assert re.fullmatch(r"[A-Z].*\.", table.caption), table.caption
        assert not table.note or re.search(r"[.)]$", table.note), table.note
        assert {len(row) for row in table.rows} == {len(table.titles)} == {len(table.aligns)}


def test_every_line_of_every_markdown_table_has_as_many_cells(tables):
    for table in tables:
        lines = [line for line in table.markdown().splitlines() if line.startswith("|")]
        assert len(lines) == len(table.rows) + 2
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {len(table.titles) + 1}, table.name


def test_a_note_is_of_the_sentences_that_are_not_empty():
    assert sentences("One.", "", "Two.") == "One. Two."
