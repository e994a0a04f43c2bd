"""A report of a study whose body parts and labels are syntax to each of its readers shows them as they are."""

import csv
import re
from html.parser import HTMLParser

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from results.text import for_latex, for_markdown, for_matplotlib, visible
from tests.benchmark.planted import ALONE, grid_of, write_planted
from tests.nasty import latex_faults
from tests.planted_study import planted_manifest, planted_study

PARTS = [
    "=cmd|' /C calc'!A0 & 50% #1",
    "</script><script>alert(1)</script>\x1b[31m",
    "[/x] ../../CON_ " + "x" * 300,
]
LABELS = [r"$\frac{$ [bold]", "_手 😀 \u202e|`*"]
NETWORKS = [
    {"name": name, "weights": "random", "label": label}
    for name, label in zip(("resnet18", "resnet34"), LABELS, strict=True)
]


class Page(HTMLParser):
    """The scripts, event handlers and shown text of a page."""

    def __init__(self, html):
        super().__init__()
        self.scripts, self.handlers, self.shown, self._inside = 0, [], "", ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self._inside = tag
        self.scripts += tag == "script"
        self.handlers += [name for name, _ in attributes if name.startswith("on")]

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        self.shown += data if self._inside not in ("script", "style") else ""


@pytest.fixture(scope="module")
def drawn():
    """Each text of each figure."""
    return []


@pytest.fixture(scope="module")
def paper(tmp_path_factory, drawn):
    pixel = Image.new("L", (1, 1))

    def save(figure, path, **_):
        drawn.extend(figure.findobj(Text))
        pixel.save(path) if path.suffix == ".png" else path.write_bytes(b"")

    folder = tmp_path_factory.mktemp("nasty")
    section = {"backbones": NETWORKS, "classifiers": ["logistic_regression"]}
    grid = grid_of(
        body_parts=PARTS,
        train_sizes=[50, "full"],
        seeds=[0],
        feature_extraction=section,
        fine_tuning={"backbones": NETWORKS},
        evaluation={"resamples": 100},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", save)
        plan, records = planted_study(folder, grid, planted_manifest(PARTS, 120, 60))
        return write_planted(plan, records, folder / "paper", ALONE, "name: planted\n# </code><script>")


def test_every_text_of_a_figure_is_seen_and_is_no_mathematics(paper, drawn):
    assert set(map(for_matplotlib, LABELS)) <= {
        name for text in drawn for name in map(for_matplotlib, LABELS) if name in text.get_text()
    }
    for text in drawn:
        assert not text.get_parse_math()
        assert for_matplotlib(text.get_text().replace("\n", " "), 1000).strip() == visible(text.get_text())


def test_no_table_or_figure_has_a_formula(paper):
    files = [path for path in paper.files if path.suffix == ".csv"]
    assert len(files) > 20
    for path in files:
        with path.open(newline="", encoding="utf-8") as stream:
            for cell in (cell for row in csv.reader(stream) for cell in row):
                assert not re.match(r"\s*[=@\t\r]|\s*[+-](?![\d.]+(e-?\d+)?$)", cell), path
    assert "'=cmd|" in (paper.folder / "metrics.csv").read_text(encoding="utf-8")


def test_latex_and_markdown_show_the_names(paper):
    tables = [table.table for table in paper.tables if table.table]
    for table in tables:
        for cell in (cell for row in table.rows for cell in row):
            assert latex_faults(for_latex(cell.text)) == []
    main = next(table for table in tables if table.name == "main")
    latex, markdown = main.latex(), main.markdown()
    for name in PARTS:
        assert for_latex(name.replace("_", " ")) in latex
    for name in LABELS:
        assert for_markdown(name) in markdown
    assert {
        line.count("|") - line.count(r"\|") for line in markdown.splitlines() if line.startswith("|")
    } == {len(main.titles) + 1}


def test_the_page_shows_the_names_and_has_no_script_of_theirs(paper):
    html = (paper.folder / "report.html").read_text(encoding="utf-8")
    page = Page(html)
    data = html.count('<script type="application/json">')
    assert page.scripts == data + 1
    assert page.handlers == []
    for name in (*PARTS, *LABELS):
        assert visible(name.replace("_", " ")) in visible(page.shown.replace("_", " "))


def test_files_have_plain_short_names_and_are_where_they_belong(paper):
    for path in paper.files:
        assert re.fullmatch(r"[a-z0-9_.-]{1,200}", path.name)
        assert path.parent in (
            paper.folder,
            *(paper.folder / name for name in ("figures", "tables", "checklists")),
        )
