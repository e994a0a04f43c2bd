"""Written figures and tables become blocks: by name, in the asked detail, or a line that says why not."""

from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest
from PIL import Image

from benchmark.reporting.figure_files import Drawn
from benchmark.reporting.page_parts import DETAILS, Parts
from results.page import FigureBlock, Prose
from results.page.pictures import size_of


@pytest.fixture
def parts(tmp_path):
    files = [tmp_path / "figures" / f"examples_frozen.{kind}" for kind in ("pdf", "png", "csv")]
    files[0].parent.mkdir()
    Image.new("L", (2160, 600)).save(files[1])
    drawn = [
        Drawn("examples_frozen", "A caption_.", files, pd.DataFrame({"a": [1]}), chart=b"the chart"),
        Drawn("examples_fine_tuned", "Another.", reason="the pixels are gone_"),
        Drawn("roc_all", "ROC.", reason="no seed"),
    ]
    return Parts(tmp_path, drawn, [], DETAILS[0])


def test_a_chart_is_shown_as_it_was_made_small_with_its_files(parts):
    (block,) = parts.figures("examples")
    assert isinstance(block, FigureBlock)
    assert block.picture == b"the chart"
    assert block.caption == r"A caption\_."
    assert block.files["CSV"] == "figures/examples_frozen.csv"
    assert parts.figures("roc") == []


def test_photographs_are_as_wide_as_the_detail_allows(parts):
    for detail in DETAILS:
        (block,) = replace(parts, detail=detail).photographs("examples")
        assert size_of(block.picture)[0] == detail.width


def test_a_page_without_room_has_the_first_rows_and_says_so(parts):
    many = replace(parts.drawn[0], frame=pd.DataFrame({"a": range(200)}))
    for detail in DETAILS:
        (block,) = replace(parts, drawn=[many], detail=detail).figures("examples")
        assert len(block.frame) == min(200, detail.rows)
        assert ("150 of 200 rows" in block.caption) == (detail.rows == 150)


def test_details_become_smaller():
    for more, less in pairwise(DETAILS):
        assert all(a > b for a, b in zip(more, less, strict=True))


def test_what_is_lacking_is_a_line_for_each_reason(parts):
    assert parts.lacking("examples") == [Prose(r"Not shown: the pixels are gone\_.")]
    assert parts.lacking("embedding") == []
