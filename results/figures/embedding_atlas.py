"""The images of a data set as points, by their embedding: coloured by body part, label, side and outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.figures.layout import empty_figure
from results.figures.marks import JUDGED, LABELS, OTHERS, SHAPES, SIDES, Mark, marks_of, present
from results.figures.style import MEDIUM, SMALL, TWO_COLUMNS, styled
from results.labels import part_label
from results.text import for_matplotlib

CATEGORIES = {"body_part": "body part", "label": "label", "side": "side", "outcome": "outcome"}
COLUMNS = ("image", "study", *CATEGORIES, "probability", "x", "y")
_DOTS = 6_000.0, 2.0, 14.0  # the area of a point: points² of all together, of one at least and at most
_LEGEND_SIGNS = 46  # of all names of a legend beside each other; else they have more rows


@dataclass(frozen=True, eq=False)
class EmbeddingAtlas:
    """Points of one embedding: `points` has COLUMNS, one row per image.

    `label` is normal or abnormal, `side` training, test or not used, `outcome` that of the test image (or of
    its study), `probability` what it follows from (NaN without one). `axes` are the titles of x and y,
    `explained` their shares of the variance (empty where a projection has none). `method` and `width` name
    the extractor, and the numbers per image that it gives.
    """

    points: pd.DataFrame
    axes: tuple[str, str]
    explained: Sequence[float]
    strategy: str
    method: str
    width: int
    title: str = ""

    def frame(self) -> pd.DataFrame:
        """The points. Raises ValueError when there is none, or a column is missing."""
        if not len(self.points):
            raise ValueError("there is no image to draw")
        missing = [name for name in COLUMNS if name not in self.points]
        if missing:
            raise ValueError(f"the column '{missing[0]}' is missing")
        return self.points[list(COLUMNS)]

    @cached_property
    def marks(self) -> dict[str, dict[str, Mark]]:
        """The mark of each value of each of CATEGORIES, in the order of the legend."""
        fixed = {"label": LABELS, "side": SIDES, "outcome": JUDGED}
        marks = {name: present(of_values, self.points[name]) for name, of_values in fixed.items()}
        return {"body_part": marks_of(self.points["body_part"]), **marks}

    @styled
    def plot(self) -> Figure:
        """One panel per category, all with the same points."""
        table = self.frame()
        figure = empty_figure(TWO_COLUMNS, TWO_COLUMNS * 1.12, self.title)
        axes = figure.subplots(2, 2, sharex=True, sharey=True).ravel()
        for axis, (name, title) in zip(axes, CATEGORIES.items(), strict=True):
            _draw(axis, table, name, self.marks[name])
            axis.set_title(title)
        figure.supxlabel(self.axes[0], fontsize=MEDIUM)
        figure.supylabel(self.axes[1], fontsize=MEDIUM)
        return figure


def _draw(axis: Axes, table: pd.DataFrame, name: str, marks: Mapping[str, Mark]) -> None:
    """The points in the marks of one category; pictures of points, not their outlines, go into a PDF."""
    together, least, most = _DOTS
    area = float(np.clip(together / len(table), least, most))
    shown = table[name].where(table[name].isin(list(marks)), OTHERS)
    for value, mark in marks.items():
        rows = table[shown == value]
        style: Any = {"s": area, "color": mark.color, "marker": SHAPES[mark.shape], "alpha": 0.75}
        words = for_matplotlib(part_label(value) if name == "body_part" else value, _LEGEND_SIGNS // 2)
        axis.scatter(
            rows["x"], rows["y"], label=f"{words} ({len(rows):,})", rasterized=True, linewidths=0, **style
        )
    axis.tick_params(labelbottom=False, labelleft=False, length=0)
    columns = 3 if sum(map(len, marks)) < _LEGEND_SIGNS else 2
    axis.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.01),
        ncols=columns,
        fontsize=SMALL,
        handletextpad=0.1,
        columnspacing=0.8,
        markerscale=float(np.sqrt(_DOTS[2] / area)),
    )
