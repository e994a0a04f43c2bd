"""Crossover sizes per body part: the number of labelled images from which fine-tuning is better."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.crossover import BEYOND, UNDEFINED
from results.figures.layout import empty_figure, size_axis
from results.figures.style import ONE_COLUMN, SMALL, styled
from results.frames import TableRows, in_order, records, refuse_twice, tidy
from results.labels import BLUE, LIGHT, VERMILION, part_label

BEFORE, WITHIN, SPANS = "before the data", "within the data", "not determined"
_MARGIN, _REACH = 1.9, 1.45  # times the measured sizes: where the axis ends, and where arrows do


@dataclass(frozen=True)
class CrossoverSizes:
    """A line per body part: the crossover with its interval, arrows where an end is open.

    Rows: body_part, size, low, high, smallest, largest in training images; the last two are the sizes
    between which that part was measured. A size or bound that is infinite or above `largest` is beyond
    the data (freezing stays ahead), one of 0 or below `smallest` before them (fine-tuning is ahead from
    the start), None undefined. A size that is None beside known bounds is not determined by the data: its
    interval spans them.
    """

    rows: TableRows
    title: str = ""
    width: float = ONE_COLUMN

    def frame(self) -> pd.DataFrame:
        """One row per body part: body_part, size, low, high, smallest, largest, where.

        `where` is WITHIN, BEYOND, BEFORE, UNDEFINED or SPANS. Raises ValueError where a part was measured at
        one size only, or is listed twice.
        """
        table = tidy(self.rows, ["body_part"], ["size", "low", "high", "smallest", "largest"])
        refuse_twice(table, ["body_part"], "give one crossover for each")
        single = table[~(table["smallest"] < table["largest"])]
        if len(single):
            raise ValueError(f"{single['body_part'].iloc[0]}: one training size cannot show a crossover")
        order = in_order(table["body_part"])
        table = table.assign(
            where=[_where(row["size"], row["smallest"], row["largest"], row["low"]) for row in records(table)]
        )
        return table.sort_values("body_part", key=lambda part: part.map(order.index)).reset_index(drop=True)

    @styled
    def plot(self) -> Figure:
        """Measured sizes on white, sizes outside of them on grey."""
        table = self.frame()
        figure = empty_figure(self.width, 0.75 + 0.24 * len(table) + 0.2 * bool(self.title), self.title)
        axis = figure.subplots()
        edges = table["smallest"].min() / _MARGIN, table["largest"].max() * _MARGIN
        size_axis(axis, edges)
        axis.set_xlim(*edges)
        axis.grid(True, axis="x")
        for place, row in enumerate(records(table)):
            outside = [(edges[0], row["smallest"] - edges[0]), (row["largest"], edges[1] - row["largest"])]
            axis.broken_barh(outside, (place - 0.5, 1), color=LIGHT, alpha=0.6, linewidth=0)
            _interval(axis, place, row["low"], row["high"], row["smallest"], row["largest"])
            _size(axis, place, row["size"], row["where"], row["smallest"], row["largest"])
        axis.set_yticks(range(len(table)), [part_label(part) for part in table["body_part"]])
        axis.set_ylim(len(table) - 0.5, -0.5)
        axis.tick_params(axis="y", length=0)
        axis.set_xlabel("training images from which fine-tuning is ahead")
        return figure


def _where(size: float, smallest: float, largest: float, low: float = np.nan) -> str:
    if np.isnan(size):
        return UNDEFINED if np.isnan(low) else SPANS
    return BEYOND if size > largest else BEFORE if size < smallest else WITHIN


def _interval(axis: Axes, place: int, low: float, high: float, smallest: float, largest: float) -> None:
    """The interval, an arrow at each end that lies outside of the data."""
    if np.isnan(low) or np.isnan(high):
        return
    left, right = smallest / _REACH, largest * _REACH
    axis.plot(np.clip([low, high], left, right), [place, place], color=BLUE, linewidth=1.2)
    ends = {_where(bound, smallest, largest) for bound in (low, high)}
    for where, at, marker in ((BEFORE, left, "<"), (BEYOND, right, ">")):
        if where in ends:
            axis.plot(at, place, marker, color=BLUE)


def _size(axis: Axes, place: int, size: float, where: str, smallest: float, largest: float) -> None:
    """The crossover, or in words why there is none."""
    if where == WITHIN:
        axis.plot(size, place, "o", color=VERMILION, markersize=5)
    elif where == UNDEFINED:
        axis.text(np.sqrt(smallest * largest), place, where, ha="center", va="center", fontsize=SMALL)
    elif where == SPANS:
        at = np.sqrt(smallest * largest)
        axis.text(at, place - 0.12, where, ha="center", va="bottom", fontsize=SMALL)
    else:
        at, side = (largest, "right") if where == BEYOND else (smallest, "left")
        axis.text(at, place - 0.12, f" {where} ", ha=side, va="bottom", fontsize=SMALL)
