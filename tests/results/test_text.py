"""Text that users typed is shown as it reads in each destination, and is never syntax there."""

import csv
import io
import re
import unicodedata
from html.parser import HTMLParser

import pandas as pd
import pytest
from matplotlib.figure import Figure

from results.figures.style import RC, styled
from results.frames import csv_text
from results.text import (
    for_csv,
    for_file_name,
    for_html,
    for_latex,
    for_markdown,
    for_matplotlib,
    for_terminal,
    markdown_cell,
    visible,
)
from tests.nasty import FORMULAS, NASTY, latex_faults
from tests.results.tables.conftest import ODD


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a_b", r"a\_b"),
        ("5 % & #1 of $x {y}", r"5 \% \& \#1 of \$x \{y\}"),
        ("~^\\", r"\textasciitilde{}\textasciicircum{}\textbackslash{}"),
        ("<0.001 | >2", r"\textless{}0.001 \textbar{} \textgreater{}2"),
        ("−0.5 – 0.5", r"$-$0.5 \textendash{} 0.5"),
        ("a--b---c", "a-{}-b-{}-{}-c"),
        ("''", "'{}'"),
        ("[0.8, 0.9]", "{}[0.8, 0.9]"),
        ("*", "{}*"),
        ("two\nlines", "two lines"),
        ("Müller", "Müller"),
        ("Жук", "U+0416U+0443U+043A"),
        ("10⁹ ≤ I² × 2", r"10$^{9}$ $\leq$ I$^{2}$ $\times$ 2"),
        ("", ""),
    ],
)
def test_latex(text, printed):
    assert for_latex(text) == printed


@pytest.mark.parametrize("text", NASTY)
def test_latex_has_no_active_sign_of_a_user(text):
    assert latex_faults(for_latex(text)) == []


@pytest.mark.parametrize("sign", "\\`*_|<>~$&[]")
def test_markdown_escapes_each_sign_once(sign):
    assert for_markdown(f"a{sign}b") == f"a\\{sign}b"


def test_markdown_of_a_cell_is_one_line_and_numbers_stay_as_they_are():
    assert markdown_cell("p\nadjusted") == "p adjusted"
    assert "\n" not in markdown_cell(f"a\n{ODD}\nb")
    assert [markdown_cell(text) for text in ("-0.5", "+0.012", "0.9")] == ["-0.5", "+0.012", "0.9"]
    assert [for_markdown(text) for text in ("- item", "1. item")] == [r"\- item", r"1\. item"]


class Reader(HTMLParser):
    """Counts tags and gathers text and attributes."""

    def __init__(self):
        super().__init__()
        self.tags, self.text, self.attributes = 0, "", []

    def handle_starttag(self, tag, attributes):
        self.tags += 1
        self.attributes += [value for _, value in attributes]

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("text", NASTY)
def test_html_shows_the_text_in_an_element_and_in_an_attribute(text):
    reader = Reader()
    reader.feed(f'<p title="{for_html(text)}">{for_html(text)}</p>')
    reader.close()
    assert reader.tags == 1
    assert reader.text == reader.attributes[0] == for_terminal(text)


@pytest.mark.parametrize("text", [*FORMULAS, "a;=1+1", "knee; -left"])
def test_no_text_is_a_formula(text):
    (row,) = csv.reader(io.StringIO(csv_text(pd.DataFrame({"a": [text]})).partition("\n")[2]))
    assert row == [for_csv(text)]
    for cell in row[0].split(";"):  # the cells of a spreadsheet that takes ; as the divider
        assert not re.match(r"\s*[=+\-@\t\r]", cell)


def test_numbers_stay_numbers_and_headings_are_texts():
    frame = pd.DataFrame(
        {"=x": [-0.5, None], "n": [-3, 4], "of": ["-1", 7]}, index=pd.Index(["-a", "b"], name="@")
    )
    assert csv_text(frame) == "'@,'=x,n,of\n'-a,-0.5,-3,'-1\nb,,4,7\n"
    assert csv_text(frame.reset_index(drop=True)).startswith("'=x,n,of\n-0.5")


@pytest.mark.parametrize("text", NASTY)
def test_what_cannot_be_seen_is_a_code(text):
    for shown in (visible(text), for_csv(text), for_matplotlib(text), for_latex(text), for_markdown(text)):
        hidden = {sign for sign in shown if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
        assert hidden <= {"\u200d"}
        shown.encode()  # no half of a surrogate pair
    assert "\x1b" not in for_terminal(text)


def test_lines_stay_lines_in_the_terminal():
    assert for_terminal("a\x1b[2J\n\tb\r") == "aU+001B[2J\n bU+000D"


class Titled:
    def __init__(self, text):
        self.text = text

    @styled
    def plot(self):
        figure = Figure(figsize=(1, 1), dpi=20)
        axis = figure.subplots()
        axis.plot([1], [1], label=for_matplotlib(self.text))
        axis.set_title(for_matplotlib(self.text))
        axis.legend()
        return figure


@pytest.mark.parametrize("text", [text for text in NASTY if visible(text)])
def test_a_figure_draws_the_text_and_keeps_it_in_the_legend(text, tmp_path):
    import matplotlib

    figure = Titled(text).plot()
    with matplotlib.rc_context(RC):
        figure.savefig(tmp_path / "x.png")  # a warning is an error: no sign may be missing in the font
    axis = figure.axes[0]
    assert axis.get_title() == for_matplotlib(text)
    assert [entry.get_text() for entry in axis.get_legend().get_texts()] == [for_matplotlib(text)]


def test_long_texts_of_a_figure_are_cut_and_stay_apart():
    one, other = for_matplotlib("x" * 299 + "a"), for_matplotlib("x" * 299 + "b")
    assert len(one) == len(other) == 60
    assert one != other
    assert for_matplotlib("x" * 60) == "x" * 60


@pytest.mark.parametrize(
    ("name", "part_of_a_file_name"),
    [
        ("XR_Elbow (left)", "xr-elbow-left"),
        ("all backbones", "all-backbones"),
        ("Knöchel/..", "knochel"),
        ("../../x", "x"),
        ("手", "u624b"),
        ("L\N{COMBINING ACUTE ACCENT}", "l"),
    ],
)
def test_a_name_becomes_a_part_of_a_file_name(name, part_of_a_file_name):
    assert for_file_name(name) == part_of_a_file_name


@pytest.mark.parametrize("text", NASTY)
def test_a_file_name_is_short_and_of_plain_letters(text):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", for_file_name(text))
    assert len(for_file_name(text)) <= 60
