"""Learning curves: the metric of each strategy over labelled training images, per body part."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.figures.layout import (
    columns_for,
    draw_band,
    empty_figure,
    legend_below,
    panel_grid,
    size_and_patients_axis,
)
from results.figures.style import TWO_COLUMNS, styled
from results.frames import TableRows, in_order, refuse_twice, tidy
from results.labels import Look, look_of, metric_label, part_label
from results.text import for_matplotlib

_KEY = ["body_part", "strategy", "line", "train_images"]
_MARKERS = ("", "D", "X")  # "" is the marker of the strategy; the others are for its further lines
_PANEL_HEIGHT, _BETWEEN = 1.75, 0.3  # inches: of a panel with its labels; between two of them


@dataclass(frozen=True)
class LearningCurves:
    """A panel per body part; a line with its interval band per strategy, over the training images.

    Rows: body_part, strategy, train_images, train_patients (those of these images, mean over seeds), value,
    low, high (None where undefined) and, where a strategy has several lines, `line`: a backbone, say (at most
    three). Points of `curve_points` fit.
    """

    rows: TableRows
    metric: str
    unit: str
    title: str = ""
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per point: body_part, strategy, line, train_images, train_patients, value, low, high.

        Raises ValueError for a single training size, two rows of one point, or too many lines.
        """
        names, numbers = ["body_part", "strategy"], ["train_images", "train_patients", "value", "low", "high"]
        table = tidy(self.rows, names, numbers, {"line": ""})
        refuse_twice(table, _KEY, "name their lines in the column 'line'")
        if table["train_images"].nunique() == 1:
            raise ValueError("a learning curve needs at least two training sizes")
        line_looks(table)
        order = table["body_part"].map({part: at for at, part in enumerate(in_order(table["body_part"]))})
        table = table.assign(order=order).sort_values(["order", "strategy", "line", "train_images"])
        table = table.astype({"train_images": int})[[*_KEY, "train_patients", "value", "low", "high"]]
        return table.reset_index(drop=True)

    @styled
    def plot(self) -> Figure:
        """Small multiples on equal axes; each body part has its own numbers of images and patients below."""
        table = self.frame()
        parts = in_order(table["body_part"])
        columns = columns_for(len(parts), self.width)
        lines = max(-(-len(parts) // columns), 1.4)  # of panels; a single one is higher
        height = 0.75 + _PANEL_HEIGHT * lines + 0.2 * bool(self.title)
        figure = empty_figure(self.width, height, self.title)
        looks = line_looks(table)
        panels = panel_grid(figure, len(parts), columns, "training images\n(patients)", share_x=False)
        for axis, part in zip(panels, parts, strict=True):
            axis.set_title(for_matplotlib(part_label(part)))
            axis.grid(True)
            own = table[table["body_part"] == part]
            patients = dict(zip(own["train_images"], own["train_patients"], strict=True))
            width = self.width / columns - _BETWEEN
            size_and_patients_axis(axis, table["train_images"], patients, width)
            for (strategy, line), rows in own.groupby(["strategy", "line"]):
                draw_line(axis, rows, looks[str(strategy), str(line)])
        name_lines(panels[0], looks.values())  # every panel may lack a line: the legend lists all
        legend_below(figure, panels[0], min(len(looks), 3 if self.width == TWO_COLUMNS else 2))
        figure.supylabel(metric_label(self.metric, self.unit), fontsize="medium")
        return figure


def line_looks(table: pd.DataFrame) -> dict[tuple[str, str], Look]:
    """One look per strategy and line: colour and dashes of the strategy, markers of its lines.

    `table` has the columns strategy and line. Raises ValueError for more lines of a strategy than markers.
    """
    if table.groupby("strategy")["line"].nunique().max() > len(_MARKERS):
        raise ValueError(f"more than {len(_MARKERS)} lines of one strategy cannot be told apart")
    looks = {}
    for strategy, rows in table.groupby("strategy", sort=False):
        lines, own = sorted(rows["line"].unique()), look_of(str(strategy))
        for line, marker in zip(lines, _MARKERS, strict=False):
            label = f"{own.label}: {line}" if line else own.label
            looks[str(strategy), line] = own._replace(label=label, marker=marker or own.marker)
    return looks


def name_lines(axis: Axes, looks: Iterable[Look]) -> None:
    """Give the legend of an axis an entry for each of these lines."""
    for look in looks:
        label = for_matplotlib(look.label)
        axis.plot([], [], color=look.color, marker=look.marker, linestyle=look.line, label=label)


def draw_line(axis: Axes, rows: pd.DataFrame, look: Look) -> None:
    """A line over the training images with its interval band; rows: train_images, value, low, high."""
    sizes, value, low, high = (rows[name].to_numpy() for name in ("train_images", "value", "low", "high"))
    axis.plot(sizes, value, color=look.color, marker=look.marker, linestyle=look.line)
    draw_band(axis, sizes, low, high, look)
    alone = np.isfinite(low) & (np.isfinite(low).sum() == 1)  # a band of one point has no width
    axis.vlines(sizes[alone], low[alone], high[alone], color=look.color, linewidth=1)
