"""A page to look at."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from results.figures.marks import LABELS, OTHERS, marks_of
from results.page import AnswerBlock, CodeBlock, FigureBlock, Prose, ScatterBlock, Section, TableBlock, render
from results.page.pictures import thumbnail
from results.tables.columns import IMAGES, Column
from results.tables.formatting import score
from results.tables.paper import paper_table


@pytest.fixture(scope="session")
def png():
    """The bytes of a picture of 400 x 300 pixels."""
    stream = BytesIO()
    Image.fromarray(np.tile(np.arange(400, dtype=np.uint16) // 2, (300, 1)).astype(np.uint8)).save(
        stream, "PNG"
    )
    return stream.getvalue()


def _scores():
    """A printed table of three rows, two of them with intervals."""
    frame = pd.DataFrame(
        {"train_size": ["full", 3000, 100], "value": [0.9, -0.0625, None], "standing": ["best", "", ""]}
    )
    frame = frame.assign(low=frame["value"] - 0.5, high=frame["value"] + 0.05)
    return paper_table("scores", "Scores.", frame, [IMAGES, Column("score", score)])


def points(parts, **changes):
    """Four points at the corners of a square and one in the middle, with a thumbnail of the first."""
    frame = pd.DataFrame(
        {
            "image": [f"{row}.png" for row in range(5)],
            "body_part": np.resize(parts, 5),
            "label": ["normal", "abnormal", "normal", "abnormal", "normal"],
            "probability": [0.25, None, 0.5, 0.75, 1.0],
            "x": [-1.0, 1.0, -1.0, 1.0, 0.0],
            "y": [-1.0, -1.0, 1.0, 1.0, 0.0],
        }
    )
    marks = {"body_part": marks_of(frame["body_part"]), "label": LABELS}
    small = {0: thumbnail(np.full((8, 8), 99, np.uint8), 8)}
    axes = "component 1 (60% of the variance)", "component 2 (9%)"
    about = {"caption": "Points.", "files": {"PNG": "figures/points.png"}, "thumbnails": small}
    return ScatterBlock(frame, "x", "y", axes, marks, OTHERS, **about | changes)


@pytest.fixture(scope="session")
def page(png, tmp_path_factory):
    """The file of a page with one block of each kind, and 50,000 rows in its first table."""
    rows = 50_000
    many = pd.DataFrame(
        {
            "cell": [f"cell{row:05d}" for row in range(rows)],
            "part": np.resize(["wrist", "elbow", "hand"], rows),
            "difference": np.resize([0.25, np.nan, -1.5, -0.0625, 10.0], rows),
            "size": np.resize(np.array([100, "full", 3000, None], object), rows),
        }
    )
    few = pd.DataFrame({"value": np.arange(12) / 7})
    sections = [
        Section("Numbers", [TableBlock(many, "All cells.", files={"CSV": "metrics.csv"})]),
        Section(
            "Pictures",
            [FigureBlock(png, few, "A ramp.", "Grey, dark at the left.", {"PDF": "figures/ramp.pdf"})],
        ),
        Section("Scores", [TableBlock(_scores(), "Scores, printed.")]),
        Section("Points", [points(["hand", "wrist", "constructor", "<b>knee</b>"])]),
        Section(
            "Words",
            [Prose("See [the numbers](#numbers).\n\n- one\n- <two>"), CodeBlock("name: grid", "The grid.")],
        ),
    ]
    answer = AnswerBlock("**Freeze**: it is `enough`.", copies={"Copy the words": "words"})
    sections += [
        Section(
            "Answer", [answer, TableBlock(pd.DataFrame({"part": ["=1+1", "a\tb"], "n": [-1, 2]}), "Two.")]
        )
    ]
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render("A page", "of `everything`", sections), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def wide_page(tmp_path_factory):
    """The file of a page with tables of many columns, of long numbers and of digests."""
    many = pd.DataFrame({f"frozen {n}": ["tf_efficientnet_lite0 frozen"] * 3 for n in range(17)})
    digests = pd.DataFrame({f"digest_{n}_sha256": ["0123456789abcdef" * 4] for n in range(3)})
    intervals = pd.DataFrame({f"range {n}": ["0.683–0.743 [0.572, 0.884]"] for n in range(9)})
    section = Section("Tables", [TableBlock(table, "A table.") for table in (many, digests, intervals)])
    path = tmp_path_factory.mktemp("wide") / "report.html"
    path.write_text(render("Wide", "", [section]), encoding="utf-8")
    return path
