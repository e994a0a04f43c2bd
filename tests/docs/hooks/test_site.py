"""Pages get their generated parts."""

import re
from pathlib import Path

import pytest

from docs.hooks.site import PARTS, on_page_markdown, with_parts

DOCS = Path(__file__).parents[3] / "docs"


class Page:
    class file:  # noqa: N801
        src_uri = "reference/x.md"


def test_a_line_becomes_the_part_of_that_name():
    page = with_parts("a\n\n*This part is made by `make docs`: descriptors.*\n")
    assert page == f"a\n\n{PARTS['descriptors']()}\n"


def test_a_part_that_nothing_makes_is_an_error():
    with pytest.raises(KeyError):
        with_parts("*This part is made by `make docs`: weather.*")


def test_each_part_stands_on_one_page():
    texts = [page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md")]
    named = [
        name
        for text in texts
        for name in re.findall(r"^\*This part is made by `make docs`: (\w+)", text, re.M)
    ]
    assert sorted(named) == sorted(PARTS)


def test_links_are_turned_too():
    assert on_page_markdown("[a](../../CHANGELOG.md)", page=Page()) == "[a](../project/changelog.md)"
