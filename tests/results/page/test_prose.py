"""Prose: Markdown with few kinds of markup; HTML, hostile names and other addresses stay text."""

import re
from html import unescape

import pytest

from results.page.prose import inline, paragraphs
from results.text import for_markdown

HOSTILE = [
    "*wrist*",
    "**wrist**",
    "left_hand_",
    "__init__",
    "`code`",
    "[x](javascript:alert(1))",
    "[x](https://example.org)",
    "![x](https://example.org/x.png)",
    "<https://example.org>",
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "&lt;b&gt; &amp; &#60;",
    "back\\slash\\*",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "1) item",
    "> quoted",
    "===",
    "---",
    "```",
    "~~~",
    "a | b",
    "3.11.7",
]


def html(text, sections=("methods",)):
    return str(paragraphs(text, sections))


def shown(made):
    """What a browser shows of HTML without tags of its own."""
    return unescape(re.sub(r"</?p>", "", made))


def test_paragraphs_and_lists():
    assert html("One\nline.\n\n\n- a\n- b\n") == ("<p>One\nline.</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>")


def test_bold_code_and_links():
    assert html("**so `x` is**") == "<p><strong>so <code>x</code> is</strong></p>"
    assert html("`**x**`") == "<p><code>**x**</code></p>"
    assert html("[how](#methods)") == '<p><a href="#methods">how</a></p>'
    assert html("[page](https://example.org/a?b=1&c)") == (
        '<p><a href="https://example.org/a?b=1&amp;c">page</a></p>'
    )
    assert inline("**a** b", ()) == "<strong>a</strong> b"


@pytest.mark.parametrize("name", HOSTILE)
def test_an_escaped_name_is_shown_as_it_is_wherever_it_stands(name):
    assert shown(html(for_markdown(name))) == name
    assert shown(html(f"The part {for_markdown(name)}, too")) == f"The part {name}, too"
    assert unescape(str(inline(for_markdown(name), ()))) == name
    assert unescape(re.sub(r"</?(ul|li)>|\n", "", html(f"- {for_markdown(name)}"))) == name


def test_an_escaped_name_stays_on_one_line():
    assert shown(html(for_markdown("wrist\n\n# heading\n    code"))) == "wrist # heading code"


@pytest.mark.parametrize("text", [*HOSTILE, "**<img src=x>**", "[<b>](https://example.org)", "- <script>"])
def test_no_html_of_a_text_gets_through_even_unescaped(text):
    assert not re.search(r"<(script|img|b|h1|hr)\b", html(text))
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', html(text)))


def test_an_address_cannot_leave_its_attribute():
    made = html('[x](<https://example.org/"onclick="alert(1)>)')
    assert made.count('"') == 2


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "http://example.org", "file:///etc", "//example.org", "data:text/html,x"],
)
def test_other_addresses_are_no_links(target):
    assert "<a" not in html(f"[x]({target})")
    assert "<a" not in html(f"<{target}>")


def test_a_link_to_nowhere_is_an_error():
    with pytest.raises(ValueError, match=r"no section 'results'.*methods"):
        html("[x](#results)")
    with pytest.raises(ValueError, match=r"no section 'results'"):
        inline("[x](#results)", ["methods"])
