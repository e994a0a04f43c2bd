"""Accuracy against cost, with the Pareto front (no other point is better in both)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from results.figures.layout import empty_figure, log_axis, write_beside
from results.figures.style import TWO_COLUMNS, styled
from results.frames import TableRows, records, tidy
from results.labels import BLACK, look_of, metric_label
from results.metric_lookup import metric_named
from results.text import for_matplotlib


@dataclass(frozen=True)
class CostAccuracy:
    """A point per method: its cost (logarithmic axis) and its score with the interval.

    Rows: name, strategy, cost (positive, in the units that `cost_label` names), value, low, high (None
    where undefined). Points of the front are numbered and named beside the picture.
    """

    rows: TableRows
    metric: str
    unit: str
    cost_label: str = "seconds to embed, select, fit and predict"
    title: str = ""
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per point, cheapest first: name, strategy, cost, value, low, high, on_front.

        Points without cost or value are left out. Raises ValueError when none is left, or where a cost
        is not positive.
        """
        table = tidy(self.rows, ["name", "strategy"], ["cost", "value", "low", "high"])
        table = table.dropna(subset=["cost", "value"])
        if table.empty:
            raise ValueError("no line has both a cost and a value")
        if (table["cost"] <= 0).any():
            raise ValueError(f"{table['name'][table['cost'] <= 0].iloc[0]}: a cost must be positive")
        worth = table["value"] if metric_named(self.metric).higher_is_better else -table["value"]
        table = table.assign(worth=worth).sort_values(
            ["cost", "worth"], ascending=[True, False], kind="stable"
        )
        best_before = table["worth"].cummax().shift(fill_value=-np.inf)
        front = table["worth"] > best_before
        return table.assign(on_front=front).drop(columns="worth").reset_index(drop=True)

    @styled
    def plot(self) -> Figure:
        """Points by strategy; the front as a staircase, its points numbered from the cheapest."""
        table = self.frame()
        wide = self.width >= TWO_COLUMNS
        front = table[table["on_front"]]
        height = 3.2 if wide else 2.7 + 0.15 * (len(front) + table["strategy"].nunique() + 1)
        figure = empty_figure(self.width, height, self.title)
        axis = figure.subplots()
        for strategy, rows in table.groupby("strategy", sort=False):
            look = look_of(str(strategy))
            axis.vlines(rows["cost"], rows["low"], rows["high"], color=look.color, linewidth=0.6)
            axis.plot(
                rows["cost"], rows["value"], look.marker, color=look.color, label=for_matplotlib(look.label)
            )
        (steps,) = axis.step(front["cost"], front["value"], where="post", label="Pareto front")
        steps.set(color=BLACK, linewidth=0.8)
        for number, row in enumerate(records(front), start=1):
            at = row["cost"], row["value"]
            write_beside(axis, str(number), at, (-3, 3), ha="right", fontweight="bold")
        log_axis(axis)
        axis.set(xlabel=self.cost_label, ylabel=metric_label(self.metric, self.unit))
        axis.grid(True)
        self._explain(figure, axis, front, wide)
        return figure

    def _explain(self, figure: Figure, axis: Axes, front: pd.DataFrame, wide: bool) -> None:
        handles, _ = axis.get_legend_handles_labels()
        handles += [
            Line2D([], [], linestyle="", label=f"{number}  {_named(row)}")
            for number, row in enumerate(records(front), start=1)
        ]
        figure.legend(handles=handles, loc="outside right upper" if wide else "outside lower center")


def _named(row: Mapping[str, Any]) -> str:
    return for_matplotlib(f"{row['name']}, {look_of(row['strategy']).label}")
