"""A page to look at."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from results.page import CodeBlock, FigureBlock, Prose, Section, TableBlock, render
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
        Section("Words", [Prose("See [the numbers](#numbers)."), CodeBlock("name: grid", "The grid.")]),
    ]
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render("A page", "of `everything`", sections), encoding="utf-8")
    return path
