"""The page in headless Chromium: search, sort, zoom, a narrow window and paper, without a complaint."""

import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

COLUMN = "[...document.querySelectorAll('#table-1 tbody tr')].map(r => r.cells[{}].textContent)"
SAID = "document.querySelector('#table-1 output').textContent"


@pytest.fixture
def opened(browser, page):
    """The page in a wide window; afterwards nothing may have been complained of, nor asked of a network."""
    browser.open(page)
    yield browser
    assert browser.errors == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:", "blob:"))] == []


def column(browser, place):
    return browser.run(COLUMN.format(place))


def sort_state(browser, place):
    return browser.run(f"document.querySelectorAll('#table-1 th')[{place}].getAttribute('aria-sort')")


def test_search_is_over_all_columns_and_rows_and_every_word_counts(opened):
    assert opened.run(SAID) == "200 of 50,000 rows shown; search narrows, the CSV has all"
    opened.type("#table-1 input", "elbow cell4999")
    assert column(opened, 0) == ["cell49990", "cell49993", "cell49996", "cell49999"]
    assert opened.run(SAID) == "4 of 50,000 rows"
    opened.type("#table-1 input", "ELBOW wrist")
    assert column(opened, 0) == []
    opened.type("#table-1 input", "-0.0625 cell00003")
    assert column(opened, 2) == ["-0.062"], "found by its full value"
    opened.type("#table-1 input", "")
    assert len(column(opened, 0)) == 200


def test_numbers_sort_as_numbers_with_the_missing_last(opened):
    opened.type("#table-1 input", "cell0000")
    header = "#table-1 th:nth-child(3) button"
    before = column(opened, 2)
    opened.click(header)
    assert sort_state(opened, 2) == "ascending"
    assert column(opened, 2) == ["-1.500"] * 2 + ["-0.062"] * 2 + ["0.250"] * 2 + ["10.000"] * 2 + ["–"] * 2
    opened.press("Enter")
    assert sort_state(opened, 2) == "descending"
    assert column(opened, 2) == ["10.000"] * 2 + ["0.250"] * 2 + ["-0.062"] * 2 + ["-1.500"] * 2 + ["–"] * 2
    opened.press("Enter")
    assert sort_state(opened, 2) is None
    assert column(opened, 2) == before


def test_sizes_sort_before_words(opened):
    opened.type("#table-1 input", "cell0000")
    opened.click("#table-1 th:nth-child(4) button")
    assert column(opened, 3) == ["100"] * 3 + ["3000"] * 2 + ["full"] * 3 + ["–"] * 2
    opened.click("#table-1 th:nth-child(3) button")
    assert sort_state(opened, 3) is None, "one column sorts at a time"


def test_a_printed_table_sorts_by_its_values_and_saves_its_texts(opened):
    shown = COLUMN.replace("table-1", "table-2")
    texts = ["0.900★ [0.400, 0.950]", "−0.062 [−0.562, −0.012]", "–"]
    assert opened.run(shown.format(1)) == texts
    opened.click("#table-2 th:nth-child(2) button")
    assert opened.run(shown.format(1)) == [texts[1], texts[0], texts[2]]
    opened.click("#table-2 th:nth-child(1) button")
    assert opened.run(shown.format(0)) == ["100", "3,000", "all"]
    opened.run("URL.createObjectURL = blob => { window.saved = blob; return '#'; }; 0")
    opened.run("document.querySelector('#table-2 .save').click()")
    assert opened.run("window.saved.text()").splitlines()[2] == '"3,000","−0.062 [−0.562, −0.012]"'


def test_sorting_is_over_all_rows_and_quick(opened):
    start = time.monotonic()
    opened.click("#table-1 th:nth-child(1) button")
    opened.press("Enter")
    assert column(opened, 0)[0] == "cell49999"
    opened.type("#table-1 input", "hand")
    assert time.monotonic() - start < 5, "50,000 rows must not freeze the page"


def test_the_script_draws_rows_as_the_file_has_them(opened):
    first = "document.querySelector('#table-1 tbody').innerHTML.replace(/\\s+(?=<)/g, '').trim()"
    before = opened.run(first)
    opened.run("document.querySelector('#table-1 input').dispatchEvent(new Event('input'))")
    assert opened.run(first) == before


def test_the_csv_holds_full_values_of_all_that_matches(opened):
    opened.run("URL.createObjectURL = blob => { window.saved = blob; return '#'; }; 0")
    opened.type("#table-1 input", "cell0000")
    opened.click("#table-1 .save")
    lines = opened.run("window.saved.text()").splitlines()
    assert lines[:4] == [
        "cell,part,difference,size",
        "cell00000,wrist,0.25,100",
        "cell00001,elbow,,full",
        "cell00002,hand,-1.5,3000",
    ]
    assert len(lines) == 11


def test_a_figure_is_enlarged_moved_and_closed_by_keys(opened):
    opened.run("document.querySelector('.zoom').focus()")
    opened.press("Enter")
    width = "document.querySelector('dialog img').getBoundingClientRect().width"
    assert opened.run("document.querySelector('dialog').matches(':modal')")
    assert opened.run("document.querySelector('dialog img').alt") == "Grey, dark at the left."
    assert opened.run(width) > 1300, "as wide as the window"
    opened.click("dialog [data-zoom='1.25']")
    opened.click("dialog [data-zoom='1.25']")
    assert opened.run(width) > 2000
    before = opened.run("document.querySelector('dialog div').scrollLeft")
    for kind, x in (("mousePressed", 700), ("mouseMoved", 600), ("mouseReleased", 600)):
        opened.ask("Input.dispatchMouseEvent", type=kind, x=x, y=600, button="left", buttons=1, clickCount=1)
    assert opened.run("document.querySelector('dialog div').scrollLeft") == before + 100
    opened.press("Escape")
    assert opened.run("document.querySelector('dialog').open") is False
    assert opened.run("document.activeElement.className") == "zoom", "back where one was"


def test_the_values_of_a_figure_are_a_table(opened):
    opened.click("#figure-1 summary")
    cells = opened.run(
        "[...document.querySelectorAll('#figure-1 td')].map(c => [c.checkVisibility(), c.textContent, c.title])"
    )
    assert len(cells) == 12
    assert cells[1] == [True, "0.143", repr(1 / 7)]


def test_contents_lead_to_sections(opened):
    opened.click("nav a[href='#words']")
    assert opened.run("location.hash") == "#words"
    assert opened.run("document.querySelector('#words').getBoundingClientRect().top < innerHeight")


def test_a_narrow_window_has_no_sideways_scroll(browser, page):
    browser.open(page, width=390, height=844)
    assert browser.run("document.documentElement.scrollWidth") == 390
    assert browser.run("document.querySelector('nav details').open") is False
    browser.click(".zoom")
    assert browser.run("document.querySelector('dialog').open")
    assert browser.errors == []


def test_the_window_shows_something(browser, page):
    browser.open(page)
    grey = np.asarray(Image.open(BytesIO(browser.picture())).convert("L"))
    assert grey.shape == (1000, 1400)
    assert 0.8 < (grey > 240).mean() < 0.99, "dark on light"


def test_on_paper_tables_are_short_and_tools_are_gone(opened):
    opened.ask("Emulation.setEmulatedMedia", media="print")
    visible = "[...document.querySelectorAll('{}')].filter(e => e.checkVisibility()).length"
    try:
        assert opened.run(visible.format("#table-1 tbody tr")) == 20
        assert opened.run(visible.format("input, nav, .save, .values, dialog")) == 0
        assert opened.run(visible.format("#figure-1 img")) == 1
    finally:
        opened.ask("Emulation.setEmulatedMedia", media="")
    assert opened.pdf().startswith(b"%PDF")


PASTED = "document.querySelector('#pasted').{}"


def pasted(browser, what):
    """What the clipboard holds: as text, or as the HTML that a word processor takes."""
    browser.run(
        "(() => { document.querySelector('#pasted')?.remove(); const e = document.createElement('"
        + ("textarea" if what == "value" else "div")
        + "'); e.id = 'pasted'; e.contentEditable = true; document.body.append(e); e.focus(); })()"
    )
    browser.ask("Input.dispatchKeyEvent", type="keyDown", key="v", commands=["paste"])
    return browser.run(PASTED.format(what))


@pytest.fixture(params=["clipboard", "refused", "none"])
def clipboard(request, opened):
    """A browser with a clipboard for scripts, one that refuses it, one without."""
    scripts = {
        "clipboard": "0",
        "refused": "navigator.clipboard.write = () => Promise.reject(new Error('no')); 0",
        "none": "Object.defineProperty(navigator, 'clipboard', {value: undefined}); 0",
    }
    opened.run(scripts[request.param])
    return opened


def test_a_table_is_copied_for_spreadsheets_and_word_processors(clipboard):
    clipboard.click("#table-3 .copy")
    clipboard.wait_for("document.querySelector('#table-3 .copy').textContent === 'Copied'", 5)
    assert pasted(clipboard, "value") == "part\tn\n'=1+1\t-1\na b\t2\n", "no text is a formula"
    assert pasted(clipboard, "innerHTML").count("<td") == 4
    clipboard.wait_for("document.querySelector('#table-3 .copy').textContent === 'Copy as table'", 5)


def test_what_is_copied_is_what_was_searched_and_sorted(opened):
    opened.type("#table-1 input", "cell0000")
    opened.click("#table-1 th:nth-child(3) button")
    opened.click("#table-1 .copy")
    opened.wait_for("document.querySelector('#table-1 .copy').textContent === 'Copied'", 5)
    lines = pasted(opened, "value").splitlines()
    assert (len(lines), lines[1]) == (11, "cell00002\thand\t-1.500\t3000")


def test_a_section_is_copied_as_paragraphs(clipboard):
    clipboard.click("[data-section='words']")
    clipboard.wait_for("document.querySelector('[data-section]').textContent === 'Copied'", 5)
    assert pasted(clipboard, "value") == "See the numbers.\n\none\n<two>\n"
    assert pasted(clipboard, "innerText").split() == ["See", "the", "numbers.", "one", "<two>"]


def test_few_rows_are_not_searched(opened):
    shown = "[...document.querySelectorAll('{} .tools > *')].filter(e => e.checkVisibility()).length"
    assert opened.run(shown.format("#table-3")) == 2, "copy and save"
    assert opened.run(shown.format("#table-1")) == 4


def test_no_table_leaves_the_paper(browser, wide_page):
    browser.open(wide_page, width=680, height=1000)  # A4 without its margins, in CSS pixels
    browser.ask("Emulation.setEmulatedMedia", media="print")
    try:
        wide = "[...document.querySelectorAll('table')].map(t => t.getBoundingClientRect().right)"
        assert max(browser.run(wide)) <= 681
    finally:
        browser.ask("Emulation.setEmulatedMedia", media="")


TOLD = "document.querySelector('.told').hidden ? null : document.querySelector('.told').textContent"
CANVAS = (
    "(() => {{ const b = document.querySelector('.plane canvas').getBoundingClientRect(); return b.{}; }})()"
)


def point_at(browser, across, down):
    """Move the pointer to this share of the plane."""
    browser.run("document.querySelector('.plane').scrollIntoView({block: 'center'})")
    x, y, width, height = (browser.run(CANVAS.format(name)) for name in ("x", "y", "width", "height"))
    browser.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x + across * width, y=y + down * height)


def legend(browser):
    return browser.run(
        "[...document.querySelectorAll('.legend button')].map(b => [b.textContent.trim(), b.getAttribute('aria-pressed')])"
    )


def test_a_point_tells_about_itself_with_its_thumbnail(opened):
    point_at(opened, 0.03, 0.96)
    assert opened.run(TOLD) == "image 0.pngbody part handlabel normalprobability 0.250"
    assert (
        opened.run(
            "document.querySelector('.told img').decode().then(() => document.querySelector('.told img').naturalWidth)"
        )
        == 8
    )
    point_at(opened, 0.5, 0.5)
    assert opened.run(TOLD).startswith("image 4.png")
    assert opened.run("document.querySelector('.told img')") is None
    point_at(opened, 0.3, 0.3)
    assert opened.run(TOLD) is None, "nothing is near"


def test_what_is_told_stays_in_the_plane(opened):
    for across, down in ((0.03, 0.96), (0.985, 0.96), (0.985, 0.02)):
        point_at(opened, across, down)
        inside = opened.run(
            "(() => { const [t, p] = ['.told', '.plane'].map(n => document.querySelector(n).getBoundingClientRect());"
            " return t.left >= p.left - 1 && t.right <= p.right + 1 && t.top >= p.top - 1 && t.bottom <= p.bottom + 1; })()"
        )
        assert inside


def test_arrow_keys_go_from_point_to_point(opened):
    opened.run("document.querySelector('.plane canvas').focus()")
    opened.press("ArrowRight", 39)
    assert opened.run(TOLD).startswith("image 0.png")
    opened.press("ArrowUp", 38)
    assert opened.run(TOLD).startswith("image 2.png")
    opened.press("ArrowRight", 39)
    opened.press("ArrowRight", 39)
    assert opened.run(TOLD).startswith("image 3.png")
    assert opened.run("document.querySelector('.scatter output').textContent").startswith("image 3.png")
    opened.press("Escape")
    assert opened.run(TOLD) is None


def test_colours_follow_the_chosen_column_and_the_legend_hides(opened):
    names = [name for name, _ in legend(opened)]
    assert names == ["hand (2)", "<b>knee</b> (1)", "constructor (1)", "wrist (1)"]
    opened.run(
        "(() => { const s = document.querySelector('.scatter select'); s.value = 'label'; s.dispatchEvent(new Event('change')); })()"
    )
    assert legend(opened) == [["normal (3)", "true"], ["abnormal (2)", "true"]]
    opened.click(".legend button")
    assert legend(opened)[0] == ["normal (3)", "false"]
    point_at(opened, 0.03, 0.96)
    assert opened.run(TOLD) is None, "a hidden point tells nothing"
    point_at(opened, 0.985, 0.96)
    assert opened.run(TOLD).startswith("image 1.png")


def test_the_points_are_drawn_in_their_colours(opened):
    colors = opened.run(
        "(() => { const c = document.querySelector('.plane canvas'); const d = c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data; const found = new Set();"
        " for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) found.add([d[i], d[i + 1], d[i + 2]].join());"
        " return found.size; })()"
    )
    assert colors >= 5, "four marks and the titles"
