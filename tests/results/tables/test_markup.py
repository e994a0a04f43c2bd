"""Signs that mean something to LaTeX or Markdown are printed as they read."""

import pytest

from results.tables.markup import latex_text, markdown_text
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
    assert latex_text(text) == printed


@pytest.mark.parametrize("sign", "\\`*_|<>~$")
def test_markdown_escapes_each_sign_once(sign):
    assert markdown_text(f"a{sign}b") == f"a\\{sign}b"


def test_markdown_text_stays_on_its_line():
    assert markdown_text("p\nadjusted") == "p adjusted"
    assert "\n" not in markdown_text(f"a\n{ODD}\nb")
