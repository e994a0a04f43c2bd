"""A whole report in headless Chromium: nothing is complained of, nothing is asked of a network."""

import re

SECTIONS = "[...document.querySelectorAll('section h2')].map(h => h.textContent)"
WIDE = "document.documentElement.scrollWidth > window.innerWidth + 1"


def open_report(browser, report, **window):
    browser.open(report.folder / "report.html", **window)
    assert browser.errors == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:", "blob:"))] == []


def test_it_opens_with_the_answer_and_every_section(browser, report):
    open_report(browser, report)
    sections = browser.run(SECTIONS)
    assert sections[0] == "The answer"
    assert {"Differences", "Scores", "Methods", "References", "Grid, versions and digests"} <= set(sections)


def test_every_picture_is_in_the_page(browser, report):
    open_report(browser, report)
    drawn = sum(bool(figure.files) for figure in report.figures)
    widths = browser.run("[...document.querySelectorAll('figure img')].map(i => i.naturalWidth)")
    assert len(widths) == drawn
    assert min(widths) > 0


def test_every_table_is_in_the_page(browser, report):
    open_report(browser, report)
    links = browser.run("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    for table in (table for table in report.tables if table.files):
        assert f"tables/{table.name}.csv" in links


def test_tables_hold_no_word_of_the_machine(browser, report):
    open_report(browser, report)
    text = browser.run("document.body.textContent")
    assert not re.search(r"\b(nan|NaN|None|inf)\b", text)


def test_the_first_screen_has_the_answer_a_row_for_each_part_and_the_picture(browser, report):
    open_report(browser, report, width=1280, height=800)
    bottoms = browser.run(
        "['.sentence', '.answer tbody', '.answer img']"
        ".map(name => document.querySelector(name).getBoundingClientRect().bottom)"
    )
    assert max(bottoms) <= 800
    assert browser.run("document.querySelectorAll('.answer > .wide tbody tr').length") == 3
    sentence = browser.run("document.querySelector('.sentence').textContent")
    assert sentence == report.findings.headline.sentence


def test_eight_body_parts_fit_the_first_screen(browser, report):
    open_report(browser, report, width=1280, height=800)
    bottom = browser.run(
        "(() => { const rows = document.querySelector('.answer tbody');"
        " while (rows.children.length < 8) rows.append(rows.lastElementChild.cloneNode(true));"
        " return rows.getBoundingClientRect().bottom; })()"
    )
    assert bottom <= 800


def test_the_picture_of_the_answer_is_on_the_first_sheet(browser, report):
    open_report(browser, report, width=680, height=1000)  # A4 without its margins, in CSS pixels
    browser.ask("Emulation.setEmulatedMedia", media="print")
    try:
        bottom = browser.run("document.querySelector('.answer img').getBoundingClientRect().bottom")
    finally:
        browser.ask("Emulation.setEmulatedMedia", media="")
    assert bottom <= 1000


def test_no_table_leaves_the_paper(browser, report):
    open_report(browser, report, width=680, height=1000)  # A4 without its margins, in CSS pixels
    browser.ask("Emulation.setEmulatedMedia", media="print")
    try:
        wide = "[...document.querySelectorAll('table')].map(t => t.getBoundingClientRect().right)"
        assert max(browser.run(wide)) <= 681
    finally:
        browser.ask("Emulation.setEmulatedMedia", media="")


def test_a_phone_scrolls_tables_not_the_page(browser, report):
    open_report(browser, report, width=390, height=800)
    assert not browser.run(WIDE)
