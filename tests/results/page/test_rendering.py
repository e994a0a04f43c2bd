"""A page is one file that needs nothing beside it, with every word escaped and every number in it."""

import base64
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from results.page import AnswerBlock, CodeBlock, FigureBlock, Prose, Section, TableBlock, render
from tests.results.page.conftest import points

EVIL = "<script>alert('x')</script>\"'&"


class Reader(HTMLParser):
    """The tags of a page with their attributes, and the text of its scripts."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.scripts, self.texts = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text):
        place = (
            self.scripts if self.tags and self.tags[-1][0] == "script" and self.lasttag_open else self.texts
        )
        place.append(text)

    @property
    def lasttag_open(self):
        return self.cdata_elem == "script"

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def one(*blocks, title="Only"):
    return render("Title", "", [Section(title, blocks)])


def table_of(html, place=0):
    return json.loads(re.findall(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[place])


def values(column):
    return [cell[0] if isinstance(cell, list) else cell for cell in column["cells"]]


def test_every_word_is_escaped(png):
    frame = pd.DataFrame({EVIL: [EVIL, "wrist"], "body_part": [EVIL, "</script>"]})
    figure = FigureBlock(png, frame, EVIL, EVIL, {EVIL: f"figures/{EVIL}.pdf"})
    blocks = [Prose(EVIL), TableBlock(frame, EVIL, EVIL, {EVIL: "a.csv"}), figure, CodeBlock(EVIL, EVIL)]
    html = render(EVIL, EVIL, [Section(EVIL, blocks)])
    page, plain = Reader(html), Reader(one(TableBlock(frame, ""), TableBlock(frame, "")))
    assert len(page.all("script")) == len(plain.all("script")) == 3, "two tables and one script of our own"
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "<script>alert" not in html
    assert page.all("img")[0]["alt"] == EVIL
    assert table_of(html)[0]["name"] == EVIL
    assert values(table_of(html)[1]) == [EVIL, "</script>"]


def test_nothing_is_loaded_from_elsewhere(png):
    frame = pd.DataFrame({"a": [1]})
    blocks = [
        Prose("[x](https://example.org) [z](https://doi.org/10.1234/x) [y](#only)"),
        FigureBlock(png, frame, "", "alt", {"PDF": "f/a b#.pdf"}),
        TableBlock(frame, "", files={"CSV": "../all.csv"}),
    ]
    page = Reader(one(*blocks))
    assert {a["src"].split(",")[0] for _, a in page.tags if "src" in a} == {"data:image/png;base64", "data:"}
    outward = [
        (tag, a["href"]) for tag, a in page.tags if "href" in a and not a["href"].startswith(("#", "data:"))
    ]
    assert outward == [
        ("a", "https://example.org"),
        ("a", "https://doi.org/10.1234/x"),
        ("a", "f/a%20b%23.pdf"),
        ("a", "../all.csv"),
    ]
    assert {tag for tag, _ in page.tags}.isdisjoint({"iframe", "object", "embed", "base", "form"})
    assert not re.search(r"url\(|@import", "".join(page.texts))
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy


def test_points_are_escaped_and_add_no_script(png):
    evil = points([EVIL, "wrist"], caption=EVIL, files={EVIL: "a.png"})
    page, plain = Reader(one(evil)), Reader(one(TableBlock(pd.DataFrame({"a": [1]}), "")))
    assert len(page.all("script")) == len(plain.all("script")) + 1, "what the points need, as data"
    assert {a.get("type") for a in page.all("script")[:-1]} == {"application/json"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert [a["content"] for a in page.all("meta") if "content" in a] == [
        a["content"] for a in plain.all("meta") if "content" in a
    ], "the policy is that of a page without points"


def test_points_are_named_as_their_table_names_them():
    given, table = (json.loads(text) for text in Reader(one(points([EVIL, "a\tb"]))).scripts[:2])
    column = next(column for column in table if column["name"] == "body_part")
    assert set(values(column)) == set(given["marks"]["body_part"])
    assert given["told"] == ["image", "body_part", "label", "probability"]
    assert base64.b64decode(given["thumbnails"]["0"]).startswith(b"\xff\xd8\xff")


def test_a_picture_is_kept_as_it_is(png, tmp_path):
    (tmp_path / "f.png").write_bytes(png)
    frame = pd.DataFrame({"a": [1]})
    for source in (png, tmp_path / "f.png"):
        picture = Reader(one(FigureBlock(source, frame, "", "alt"))).all("img")[0]
        assert base64.b64decode(picture["src"].partition(",")[2]) == png
        assert (picture["width"], picture["height"]) == ("200", "150")


def test_numbers_come_back_exactly():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"value": rng.normal(size=300), "count": rng.integers(0, 10**12, 300)})
    frame.loc[7, "value"] = np.nan
    value, count = (values(column) for column in table_of(one(TableBlock(frame, ""))))
    assert value[7] is None
    np.testing.assert_array_equal(np.array(value, float), frame["value"])
    assert count == frame["count"].tolist()


def test_200_rows_are_drawn_and_all_are_held():
    html = one(TableBlock(pd.DataFrame({"row": range(5000)}), ""))
    assert len(Reader(html).all("td")) == 200
    assert values(table_of(html)[0]) == list(range(5000))


def test_the_drawn_rows_are_those_of_the_data():
    html = one(TableBlock(pd.DataFrame({"auroc": [0.87654321], "what": ["frozen_one"]}), ""))
    assert '<td class="number" title="0.87654321">0.877</td><td>frozen_<wbr>one</td>' in html
    assert [column["number"] for column in table_of(html)] == [True, False]


def test_headings_contents_and_numbers(png):
    frame = pd.DataFrame({"a": [1]})
    figure = FigureBlock(png, frame, "", "alt")
    html = render(
        "T", "", [Section("What was left out?", [figure, TableBlock(frame, "")]), Section("B", [figure])]
    )
    page = Reader(html)
    assert {"what-was-left-out", "b"} <= {a.get("id") for a in page.all("section")}
    assert [a["href"] for a in page.all("a") if a["href"] in ("#what-was-left-out", "#b")][:2] == [
        "#what-was-left-out",
        "#b",
    ]
    assert [a["id"] for a in page.all("figure")] == ["figure-1", "table-1", "figure-2"]
    assert all(a["scope"] == "col" for a in page.all("th"))


def test_the_same_page_twice_is_the_same():
    sections = [Section("A", [TableBlock(pd.DataFrame({"a": [1]}), "x")])]
    assert render("T", "", sections) == render("T", "", sections)


def test_an_empty_table_and_an_empty_section():
    html = render("T", "", [Section("A", []), Section("B", [TableBlock(pd.DataFrame({"a": []}), "")])])
    assert "0 rows" in html


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "https://example.org/a.pdf", "javascript:alert(1)", "//x/y", "a\\b"]
)
def test_files_are_named_relative_to_the_page(name):
    with pytest.raises(ValueError, match="relative to the page"):
        one(TableBlock(pd.DataFrame({"a": [1]}), "", files={"PDF": name}))


def test_what_cannot_be_rendered_says_so():
    with pytest.raises(ValueError, match="two sections are called 'a-b'"):
        render("T", "", [Section("A b", []), Section("a, B", [])])
    with pytest.raises(ValueError, match="'Curves' is not a PNG or a JPEG"):
        one(FigureBlock(b"GIF89a", pd.DataFrame(), "Curves", "alt"))
    with pytest.raises(ValueError, match="no section 'nowhere'"):
        one(Prose("[x](#nowhere)"))


def test_an_answer_may_copy_only_a_section_that_is_there():
    block = AnswerBlock("Freeze.", copies={"Copy": "methods"})
    with pytest.raises(ValueError, match="no section 'methods' to copy; there are answer"):
        render("A", "", [Section("Answer", [block])])
    html = render("A", "", [Section("Answer", [block]), Section("Methods", [Prose("Text.")])])
    assert 'data-section="methods">Copy</button>' in html
