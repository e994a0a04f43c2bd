"""How often maps find known places, over labelled training images: a panel per measure."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from results.figures.layout import columns_for, empty_figure, legend_below, panel_grid, size_axis
from results.figures.learning_curves import draw_line, line_looks, name_lines
from results.figures.style import TWO_COLUMNS, styled
from results.frames import TableRows, refuse_twice, tidy
from results.labels import BLACK, GREY
from results.localisation import MEASURE_LABELS

_KEY = ["measure", "strategy", "line", "train_images"]
_NUMBERS = ["train_images", "value", "low", "high", "centre", "chance"]


@dataclass(frozen=True)
class LocalisationCurves:
    """A line with its interval band per strategy and backbone, beside what the middle and chance find.

    Rows, of one body part: measure (of `results.localisation`), strategy, line (a backbone; at most three per
    strategy), train_images, value, low, high, centre and chance.
    """

    rows: TableRows
    title: str = ""
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per point, sorted. Raises ValueError for no row, a point twice, and too many lines."""
        table = tidy(self.rows, ["measure", "strategy", "line"], _NUMBERS)
        refuse_twice(table, _KEY, "show one body part")
        line_looks(table)
        return table.astype({"train_images": int}).sort_values(_KEY, ignore_index=True)

    @styled
    def plot(self) -> Figure:
        """Panels on one scale from 0 to 1."""
        table = self.frame()
        measures = [measure for measure in MEASURE_LABELS if measure in set(table["measure"])]
        looks = line_looks(table)
        columns = columns_for(len(measures), self.width)
        height = 0.7 + 1.8 * -(-len(measures) // columns) + 0.2 * bool(self.title)
        figure = empty_figure(self.width, height, self.title)
        panels = panel_grid(figure, len(measures), columns, "training images")
        for axis, measure in zip(panels, measures, strict=True):
            own = table[table["measure"] == measure]
            axis.set_title(MEASURE_LABELS[measure])
            axis.axhline(own["centre"].mean(), color=BLACK, linewidth=0.8, linestyle=":")
            axis.axhline(own["chance"].mean(), color=GREY, linewidth=0.8)
            for (strategy, line), rows in own.groupby(["strategy", "line"]):
                draw_line(axis, rows, looks[str(strategy), str(line)])
            axis.grid(True)
            size_axis(axis, table["train_images"])
        panels[0].set_ylim(0, 1)
        name_lines(panels[0], looks.values())
        panels[0].plot([], [], color=BLACK, linewidth=0.8, linestyle=":", label="middle of the image")
        panels[0].plot([], [], color=GREY, linewidth=0.8, label="chance")
        legend_below(figure, panels[0], 4 if self.width == TWO_COLUMNS else 2)
        return figure
