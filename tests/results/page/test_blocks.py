"""The blocks of a page are plain data; a section has an address made of its title."""

import pandas as pd
import pytest

from results.page.blocks import CodeBlock, FigureBlock, Prose, Section, TableBlock


@pytest.mark.parametrize(
    ("title", "address"),
    [
        ("What was left out", "what-was-left-out"),
        ("Grid, versions and digests", "grid-versions-and-digests"),
        ("–", "07a28769"),
    ],
)
def test_the_address_of_a_section_is_its_title(title, address):
    assert Section(title, []).id == address


def test_files_and_notes_may_be_left_out():
    frame = pd.DataFrame({"x": [1]})
    table, figure = TableBlock(frame, "A table."), FigureBlock(b"", frame, "A figure.", "alt")
    assert (table.note, table.files, figure.files) == ("", {}, {})
    assert table.files is not TableBlock(frame, "Another.").files


def test_blocks_of_text_are_equal_by_their_text_and_tables_by_identity():
    assert Prose("x") == Prose("x")
    assert CodeBlock("x", "y") == CodeBlock("x", "y")
    frame = pd.DataFrame({"x": [1]})
    assert TableBlock(frame, "A table.") != TableBlock(frame, "A table.")
