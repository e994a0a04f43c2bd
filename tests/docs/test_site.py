"""The site: every page is in its navigation, it is built without a warning, and its pages load nothing from elsewhere."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from docs.hooks.links import OUTSIDE

ROOT = Path(__file__).parents[2]
LOADED = re.compile(r"""<(?:script|img|iframe|source)[^>]*\ssrc="([^"]+)"|<link[^>]*\shref="([^"]+)\"""")

ITEM = re.compile(r"([*+-]|\d+\.) ")


def pages(entry):
    if isinstance(entry, str):
        return [entry]
    return [page for one in (entry.values() if isinstance(entry, dict) else entry) for page in pages(one)]


def test_every_page_is_in_the_navigation_once():
    navigation = pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    written = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert sorted(navigation) == sorted([*written, *OUTSIDE.values()])


def test_lists_are_lists_on_the_site_too():
    """Python-Markdown, unlike a Git host, wants a blank line before a list and four spaces below an item."""
    sources = [*(ROOT / "docs").rglob("*.md"), *(ROOT / source for source in OUTSIDE)]
    assert [
        (path.name, wrong) for path in sources for wrong in no_list(path.read_text(encoding="utf-8"))
    ] == []
    assert list(no_list("a\n* b\n")) == ["* b"]
    assert list(no_list("* a\n\n  b\n")) == ["  b"]
    assert list(no_list("* a\n  * b\n")) == ["  * b"]
    assert list(no_list("a\n\n* b\n  c\n* d\n\n```\na\n* b\n```\n")) == []


def no_list(text):
    """The lines that a Git host takes for a list, or for a part of an item, and the site does not."""
    outside = re.sub(r"^( *)```.*?^\1```", "", text, flags=re.MULTILINE | re.DOTALL).splitlines()
    for before, line in itertools.pairwise(outside):
        begun = ITEM.match(line) and before.strip() and not ITEM.match(before) and not before.startswith("  ")
        below = re.match(r" {1,3}\S", line) and (not before.strip() or ITEM.match(line.lstrip()))
        if begun or below:
            yield line


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_it_is_built_with_its_generated_parts(site):
    for page, part in (
        ("reference/commands.html", "benchmark data manifest"),
        ("reference/grid_keys.html", "early_stopping_patience"),
        ("reference/record.html", "peak_memory_bytes"),
        ("reference/registries.html", "calibration_slope"),
        ("reference/grids.html", "literature-mura-paper"),
        ("reference/python.html", "propose_grid"),
        ("project/contributing.html", "Architecture"),
    ):
        assert part in (site / page).read_text(encoding="utf-8"), page
    texts = [file.read_text(encoding="utf-8") for file in site.rglob("*.html")]
    left = re.compile("This part is made by <code>make docs</code>: [a-z]")
    assert not [text for text in texts if left.search(text)]


@pytest.mark.slow
def test_its_pages_load_nothing_from_elsewhere(site):
    loaded = [
        next(filter(None, found))
        for file in site.rglob("*.html")
        for found in LOADED.findall(file.read_text(encoding="utf-8"))
    ]
    assert len(loaded) > 100
    assert [address for address in loaded if re.match(r"(\w+:)?//", address)] == []
    assert not list((site / "hooks").glob("*"))
    assert not list((site / "results_page").glob("*"))
    assert len(list((site / "examples").glob("*.ipynb"))) == 3


@pytest.mark.slow
def test_a_phone_shows_a_page_without_scrolling_sideways(site, browser):
    for page in (
        "index.html",
        "tutorials/own_images.html",
        "reference/commands.html",
        "reference/grid_keys.html",
    ):
        browser.open(site / page, width=390, height=844)
        assert browser.run("document.documentElement.scrollWidth") == 390, page
        assert [address for address in browser.requests if not address.startswith(("file:", "data:"))] == []
