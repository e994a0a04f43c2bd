"""Prose: a little markup, everything else escaped."""

import pytest

from results.page.prose import paragraphs


def html(text, sections=("methods",)):
    return str(paragraphs(text, sections))


def test_paragraphs_and_lists():
    assert html("One\nline.\n\n\n- a\n- b\n") == "<p>One\nline.</p>\n<ul><li>a</li><li>b</li></ul>"


def test_bold_code_and_links():
    assert html("**so `x` is**") == "<p><strong>so <code>x</code> is</strong></p>"
    assert html("`**x**`") == "<p><code>**x**</code></p>"
    assert html("[how](#methods)") == '<p><a href="#methods">how</a></p>'
    assert html("[page](https://example.org/a?b=1&c)") == (
        '<p><a href="https://example.org/a?b=1&amp;c">page</a></p>'
    )


@pytest.mark.parametrize(
    "doi", ["10.2307/2531595", "10.1016/j.cell.2018.02.010", "10.1007/978-1-4899-4541-9"]
)
@pytest.mark.parametrize("after", [".", ")", ", and", ""])
def test_a_doi_is_a_link_without_what_follows_it(doi, after):
    assert html(f"doi:{doi}{after}") == f'<p><a href="https://doi.org/{doi}">doi:{doi}</a>{after}</p>'


@pytest.mark.parametrize("after", [".", ")", ", and", ""])
def test_an_address_is_a_link_without_what_follows_it(after):
    url = "https://jmlr.org/papers/v7/demsar06a.html"
    assert html(f"({url}{after}") == f'<p>(<a href="{url}">{url}</a>{after}</p>'


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "`<script>`",
        "**<img src=x onerror=alert(1)>**",
        "[<b>](https://example.org)",
        'https://example.org/"onclick="alert(1)',
        "https://example.org/<b>",
        '[x](https://example.org/"onclick="alert(1))',
        'doi:10.1234/"><script>',
        "- <script>",
    ],
)
def test_no_tag_and_no_attribute_gets_through(text):
    made = html(text)
    assert "<script" not in made
    assert "<img" not in made
    assert "<b>" not in made
    assert '"onclick' not in made
    assert made.count('"') <= 2


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "http://example.org", "file:///etc", "//example.org"]
)
def test_other_addresses_are_no_links(target):
    assert "<a" not in html(f"[x]({target})")


def test_a_link_to_nowhere_is_an_error():
    with pytest.raises(ValueError, match=r"no section 'results'.*methods"):
        html("[x](#results)")
