"""Forest plot of body parts together: each part alone and with the others, their mean, and another part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from results.figures.layout import columns_for, empty_figure, panel_grid
from results.figures.style import ONE_COLUMN, TWO_COLUMNS, styled
from results.frames import TableRows, by_size, in_order, records, refuse_twice, tidy
from results.labels import BLACK, BLUE, GREY, VERMILION, metric_label, part_label, size_label
from results.text import for_matplotlib

ALONE, SHRUNKEN, MEAN, ANOTHER = "alone", "with the others", "mean over parts", "another part"
_LOOKS: dict[str, dict[str, Any]] = {  # the words of the legend are those of the frame
    ALONE: {"color": GREY, "marker": "o", "markerfacecolor": "white", "linewidth": 0.9},
    SHRUNKEN: {"color": BLUE, "marker": "s", "linewidth": 1.4},
    MEAN: {"color": BLACK, "marker": "D", "linewidth": 1.6},
    ANOTHER: {"color": VERMILION, "marker": "|", "linewidth": 0.9},  # its ends are marked, not its middle
}
_APART = 0.16  # half the distance of the two lines of a part, in rows


@dataclass(frozen=True)
class BodyParts:
    """A panel per training size: differences (second minus first) of the parts, and below them all together.

    Rows of `parts`: train_size, body_part, difference, low, high, shrunken, shrunken_low, shrunken_high; of
    `together`, one per training size: mean, low, high, new_low, new_high. None where undefined.
    """

    parts: TableRows
    together: TableRows
    metric: str
    unit: str
    first: str = "frozen"
    second: str = "fine-tuned"
    title: str = ""
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per line: train_size, body_part (empty for all together), kind, value, low, high.

        Lines without bounds are left out. `kind` is ALONE, SHRUNKEN, MEAN or ANOTHER (its value is undefined:
        an interval without a point).
        """
        numbers = ["difference", "low", "high", "shrunken", "shrunken_low", "shrunken_high"]
        parts = tidy(self.parts, ["train_size", "body_part"], numbers)
        refuse_twice(parts, ["train_size", "body_part"], "give one backbone")
        together = tidy(self.together, ["train_size"], ["mean", "low", "high", "new_low", "new_high"])
        refuse_twice(together, ["train_size"], "give one backbone")
        table = pd.DataFrame([*_part_lines(parts), *_together_lines(together)])
        return table[table["low"].notna() & table["train_size"].isin(set(parts["train_size"]))].reset_index(
            drop=True
        )

    @styled
    def plot(self) -> Figure:
        """Parts from top to bottom, then a rule, the mean and the interval of another part."""
        table = self.frame()
        sizes, names = by_size(table["train_size"]), in_order(filter(None, table["body_part"]))
        columns = columns_for(len(sizes), self.width)
        rows = -(-len(sizes) // columns)
        height = (0.2 * (len(names) + 2) + 0.45) * rows + 0.65 + 0.2 * bool(self.title)
        figure = empty_figure(self.width, height, self.title)
        label = f"{self.second} − {self.first}\n{metric_label(self.metric, self.unit)}"
        for axis, size in zip(panel_grid(figure, len(sizes), columns, label), sizes, strict=True):
            axis.set_title(f"{size_label(size)} images")
            _draw_background(axis, names)
            for row in records(table[table["train_size"] == size]):
                _draw_line(axis, row, names)
        there = [kind for kind in _LOOKS if (table["kind"] == kind).any()]
        handles = [Line2D([], [], **_LOOKS[kind], label=kind) for kind in there]
        columns = len(handles) if self.width > ONE_COLUMN + 1 else 2
        figure.legend(handles=handles, loc="outside lower center", ncols=columns)
        return figure


def _part_lines(parts: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in records(parts):
        place = {"train_size": row["train_size"], "body_part": row["body_part"]}
        yield {**place, "kind": ALONE, "value": row["difference"], "low": row["low"], "high": row["high"]}
        bounds = {"low": row["shrunken_low"], "high": row["shrunken_high"]}
        yield {**place, "kind": SHRUNKEN, "value": row["shrunken"], **bounds}


def _together_lines(together: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in records(together):
        place = {"train_size": row["train_size"], "body_part": ""}
        yield {**place, "kind": MEAN, "value": row["mean"], "low": row["low"], "high": row["high"]}
        yield {**place, "kind": ANOTHER, "value": np.nan, "low": row["new_low"], "high": row["new_high"]}


def _draw_background(axis: Axes, names: list[str]) -> None:
    """The line of no difference, the names, and a rule above what they say together."""
    axis.set_yticks(
        range(len(names) + 2), [*(for_matplotlib(part_label(name)) for name in names), MEAN, ANOTHER]
    )
    axis.set_ylim(len(names) + 1.6, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.axvline(0, color=GREY, linewidth=0.8)
    axis.axhline(len(names) - 0.5, color=GREY, linewidth=0.5)
    axis.grid(True, axis="x")


def _draw_line(axis: Axes, row: Mapping[str, Any], names: list[str]) -> None:
    kind = row["kind"]
    if row["body_part"]:
        place = names.index(row["body_part"]) + (-_APART if kind == ALONE else _APART)
    else:
        place = len(names) + (kind == ANOTHER)
    look = _LOOKS[kind]
    axis.plot([row["low"], row["high"]], [place, place], color=look["color"], linewidth=look["linewidth"])
    points = [row["low"], row["high"]] if kind == ANOTHER else [row["value"]]
    axis.plot(points, [place] * len(points), **{**look, "linewidth": 0}, markersize=4)
