"""Cells hold text that is text."""

from docs.hooks.tables import cell, code, table


def test_signs_of_markdown_and_html_are_written_out():
    assert cell("a | b <c> *d* [e]\nf_g & h") == r"a &#124; b &lt;c> \*d\* \[e\] f\_g &amp; h"
    assert code("a|<b>") == "<code>a&#124;&lt;b></code>"
    assert code("") == ""


def test_code_in_a_sentence_stays_code():
    assert cell("at `a_b`; {c}") == "at <code>a_b</code>; &#123;c}"
    assert cell("one ` alone") == r"one \` alone"


def test_a_table_has_a_line_per_row():
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
