"""A section is put between its comments, and nothing else of the page changes."""

from pathlib import Path

import pytest

from docs.results_page.__main__ import NEEDS
from docs.results_page.page import with_section

PAGE = Path(__file__).parents[3] / "docs" / "results.md"


def test_a_section_replaces_the_one_before():
    page = PAGE.read_text(encoding="utf-8")
    once = with_section(page, "crossover", "New \\1 text.\n")
    assert "New \\1 text." in once
    assert "17 minutes" in page
    assert "17 minutes" not in once
    assert with_section(once, "crossover", "New \\1 text.\n") == once
    assert with_section(once, "crossover", "x").replace("x", "New \\1 text.", 1) != page
    begin = page[: page.index("<!-- make results writes this section: crossover")]
    assert once.startswith(begin)


def test_the_page_has_a_place_for_each_grid():
    page = PAGE.read_text(encoding="utf-8")
    for grid in NEEDS:
        assert (
            f"[grids/{grid}.yaml](../grids/{grid}.yaml)" in with_section(page, "quickstart", "")
            or grid == "quickstart"
        )
        with_section(page, grid, "")
    with pytest.raises(ValueError, match="must hold once"):
        with_section(page, "mura", "")
