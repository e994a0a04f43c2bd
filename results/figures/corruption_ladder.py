"""The ladder of corruptions: the metric of each strategy against the strength of each corruption."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from results.figures.layout import columns_for, draw_band, empty_figure, legend_below, panel_grid
from results.figures.learning_curves import line_looks, name_lines
from results.figures.style import TWO_COLUMNS, styled
from results.frames import TableRows, refuse_twice, tidy
from results.labels import metric_label
from results.text import for_matplotlib

_KEY = ["kind", "strategy", "line", "strength"]
_PANEL_HEIGHT = 1.6  # inches, with its labels


@dataclass(frozen=True)
class CorruptionLadder:
    """A panel per kind of corruption; a line with its interval band per strategy, over the strength.

    Rows: kind, strength (0: the test set as it is), strategy, value, low, high (None where undefined) and,
    where a strategy has several lines, `line`; all of one body part.
    """

    rows: TableRows
    metric: str
    unit: str
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per point: kind, strategy, line, strength, value, low, high.

        Raises ValueError without a row and for two rows of one point.
        """
        names, numbers = ["kind", "strategy"], ["strength", "value", "low", "high"]
        table = tidy(self.rows, names, numbers, {"line": ""})
        refuse_twice(table, _KEY, "give the rows of one body part and backbone")
        line_looks(table)
        places = {kind: place for place, kind in enumerate(dict.fromkeys(table["kind"]))}
        table = table.assign(place=table["kind"].map(places), strength=table["strength"].astype(int))
        table = table.sort_values(["place", "strategy", "line", "strength"], kind="stable")
        return table[[*_KEY, "value", "low", "high"]].reset_index(drop=True)

    @styled
    def plot(self) -> Figure:
        """Small multiples on equal axes."""
        table = self.frame()
        kinds = list(dict.fromkeys(table["kind"]))
        columns = columns_for(len(kinds), self.width, most=3)
        figure = empty_figure(self.width, 0.75 + _PANEL_HEIGHT * max(-(-len(kinds) // columns), 1.4))
        panels = panel_grid(figure, len(kinds), columns, "strength (0: none)")
        looks = line_looks(table)
        for axis, kind in zip(panels, kinds, strict=True):
            axis.set_title(for_matplotlib(kind))
            axis.grid(True)
            own = table[table["kind"] == kind]
            axis.set_xticks(sorted(own["strength"].unique()))
            for (strategy, line), rows in own.groupby(["strategy", "line"]):
                look = looks[str(strategy), str(line)]
                x, value, low, high = (rows[name].to_numpy() for name in ("strength", "value", "low", "high"))
                axis.plot(x, value, color=look.color, marker=look.marker, linestyle=look.line)
                draw_band(axis, x, low, high, look)
        name_lines(panels[0], looks.values())
        legend_below(figure, panels[0], min(len(looks), 3))
        figure.supylabel(metric_label(self.metric, self.unit), fontsize="medium")
        return figure
