"""Forest plot of paired differences per backbone, body part and training size."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from results.figures.layout import columns_for, empty_figure, panel_grid, write_beside
from results.figures.style import TWO_COLUMNS, styled
from results.frames import TableRows, by_size, in_order, records, refuse_twice, tidy
from results.labels import GREY, LIGHT, metric_label, part_label, size_label
from results.text import for_matplotlib

_KEY = ["backbone", "body_part", "train_size"]
_MARKERS = "osD^vPX"
_LINE = 0.14  # inches of height for each interval
_PART_GAP = 0.8  # lines of space between two body parts


@dataclass(frozen=True)
class ForestPlot:
    """A panel per backbone: differences (second minus first) with intervals, by body part and size.

    Rows: backbone, body_part, train_size (of the grid: a number or `full`), difference, low, high (None
    where undefined) and, when a test has decided, `significant` (adjusted). A filled marker is a
    significant difference; without that column, one whose interval leaves out zero.
    """

    rows: TableRows
    metric: str
    unit: str
    first: str = "frozen"
    second: str = "fine-tuned"
    title: str = ""
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per interval: backbone, body_part, train_size, difference, low, high, significant."""
        table = tidy(self.rows, _KEY, ["difference", "low", "high"], {"significant": None})
        refuse_twice(table, _KEY, "give one classifier and the mean over seeds")
        if table["train_size"].nunique() > len(_MARKERS):
            raise ValueError(f"more than {len(_MARKERS)} training sizes cannot be told apart")
        if table["significant"].isna().all():
            table["significant"] = (table["low"] > 0) | (table["high"] < 0)
        parts, sizes = in_order(table["body_part"]), by_size(table["train_size"])
        table = table.assign(
            part=table["body_part"].map(parts.index),
            size=table["train_size"].map(sizes.index),
            significant=table["significant"].eq(True),
        )
        ordered = table.sort_values(["backbone", "part", "size"], kind="stable")
        return ordered.drop(columns=["part", "size"]).reset_index(drop=True)

    @styled
    def plot(self) -> Figure:
        """Backbones side by side; within a body part the sizes from few (top) to many."""
        table = self.frame()
        parts, sizes = in_order(table["body_part"]), by_size(table["train_size"])
        backbones = list(dict.fromkeys(table["backbone"]))
        columns = columns_for(len(backbones), self.width)
        lines = len(parts) * (len(sizes) + _PART_GAP)
        height = (lines * _LINE + 0.35) * -(-len(backbones) // columns)
        figure = empty_figure(self.width, height + 0.75 + 0.2 * bool(self.title), self.title)
        label = f"{self.second} − {self.first}\n{metric_label(self.metric, self.unit)}"
        panels = panel_grid(figure, len(backbones), columns, label)
        colors = matplotlib.colormaps["cividis"](np.linspace(0, 0.75, len(sizes)))
        for axis, backbone in zip(panels, backbones, strict=True):
            axis.set_title(for_matplotlib(backbone))
            _draw_background(axis, parts, len(sizes))
            for row in records(table[table["backbone"] == backbone]):
                part, size = parts.index(row["body_part"]), sizes.index(row["train_size"])
                place = part * (len(sizes) + _PART_GAP) + size
                _interval(axis, row, place, colors[size], _MARKERS[size])
        self._explain(figure, [size_label(size) for size in sizes], colors)
        return figure

    def _explain(self, figure: Figure, sizes: list[str], colors: Any) -> None:
        handles = [
            Line2D([], [], color=color, marker=marker, linestyle="-", label=f"{size} images")
            for size, marker, color in zip(sizes, _MARKERS, colors, strict=False)
        ]
        columns = min(len(handles), columns_for(len(handles), self.width))
        figure.legend(handles=handles, loc="outside lower center", ncols=columns)


def _draw_background(axis: Axes, parts: list[str], sizes: int) -> None:
    """The line of no difference, and the body parts with a rule between them."""
    step, margin = sizes + _PART_GAP, (1 + _PART_GAP) / 2
    middles = [place * step + (sizes - 1) / 2 for place in range(len(parts))]
    axis.set_yticks(middles, [for_matplotlib(part_label(part)) for part in parts])
    axis.set_ylim(len(parts) * step - margin, -margin)
    axis.tick_params(axis="y", length=0)
    axis.axvline(0, color=GREY, linewidth=0.8)
    axis.grid(True, axis="x")
    for place in range(1, len(parts)):
        axis.axhline(place * step - margin, color=LIGHT, linewidth=0.5)


def _interval(axis: Axes, row: Mapping[str, Any], place: float, color: Any, marker: str) -> None:
    if np.isnan(row["difference"]):
        write_beside(axis, "undefined", (0, place), (4, 0), va="center", color=GREY)
        return
    fill = color if row["significant"] else "white"
    axis.plot([row["low"], row["high"]], [place, place], color=color, linewidth=1)
    axis.plot(row["difference"], place, marker, color=color, markerfacecolor=fill)
