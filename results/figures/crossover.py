"""Sizes at which the frozen or the fine-tuned network is better, per body part, and where they cross."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from results.crossover import BEYOND, FROZEN_BETTER, TUNED_BETTER, UNDECIDED, UNDEFINED, Zone
from results.figures.layout import empty_figure, size_axis
from results.figures.style import ONE_COLUMN, styled
from results.frames import TableRows, in_order, records, refuse_twice, tidy
from results.labels import BLACK, LIGHT, SKY, VERMILION, part_label
from results.text import for_matplotlib

BEFORE, WITHIN, SPANS = "before the data", "within the data", "not determined"
_MARGIN, _REACH = 1.9, 1.45  # times the measured sizes: where the axis ends, and where arrows do
_BAR = 0.34  # half the height of a bar, in rows
_COLORS = {FROZEN_BETTER: SKY, UNDECIDED: LIGHT, TUNED_BETTER: VERMILION}
_HATCHES = {FROZEN_BETTER: "", UNDECIDED: "", TUNED_BETTER: "//////"}  # for grey print


@dataclass(frozen=True)
class CrossoverSizes:
    """A bar per body part over the measured sizes in zones; in it the crossover with its interval.

    Rows: body_part, zones (`results.crossover.Zone`s; none where there are no claims), size, low, high,
    smallest, largest in training images; the last two are the sizes between which that part was measured. A
    size or bound that is infinite or above `largest` is beyond the data (freezing stays ahead), one of 0 or
    below `smallest` before them (fine-tuning is ahead from the start), None undefined. A size that is None
    beside known bounds is not determined by the data: its interval spans them.
    """

    rows: TableRows
    title: str = ""
    width: float = ONE_COLUMN

    def frame(self) -> pd.DataFrame:
        """One row per zone: body_part, zone, zone_low, zone_high, size, low, high, smallest, largest, where.

        `where` is WITHIN, BEYOND, BEFORE, UNDEFINED or SPANS, of the crossover, and `low_where` and
        `high_where` of its bounds; those outside of the measured sizes are NaN. A body part without zones has
        one row. Raises ValueError where a part was measured at one size only, or is listed twice.
        """
        rows = []
        for row in records(self._table()):
            where = _wheres(row)
            for zone, low, high in row.pop("zones") or [(None, np.nan, np.nan)]:
                named = {"body_part": row["body_part"], "zone": zone, "zone_low": low, "zone_high": high}
                rows.append(named | row | where)
        return pd.DataFrame(rows)

    def _table(self) -> pd.DataFrame:
        """One row per body part."""
        table = tidy(self.rows, ["body_part", "zones"], ["size", "low", "high", "smallest", "largest"])
        refuse_twice(table, ["body_part"], "give one crossover for each")
        single = table[~(table["smallest"] < table["largest"])]
        if len(single):
            raise ValueError(f"{single['body_part'].iloc[0]}: one training size cannot show a crossover")
        order = in_order(table["body_part"])
        return table.sort_values("body_part", key=lambda part: part.map(order.index)).reset_index(drop=True)

    @styled
    def plot(self) -> Figure:
        """Zones as coloured bars; the crossover as a point with its interval, arrows where an end is open."""
        table = self._table()
        figure = empty_figure(self.width, 0.95 + 0.27 * len(table) + 0.2 * bool(self.title), self.title)
        axis = figure.subplots()
        edges = table["smallest"].min() / _MARGIN, table["largest"].max() * _MARGIN
        size_axis(axis, edges)
        axis.set_xlim(*edges)
        axis.grid(True, axis="x")
        for place, row in enumerate(records(table)):
            _draw_zones(axis, place, row["zones"], row["smallest"], row["largest"])
            if row["zones"]:
                _draw_interval(axis, place, row["low"], row["high"], row["smallest"], row["largest"])
                _draw_size(axis, place, row["size"], row["low"], row["smallest"], row["largest"])
        axis.set_yticks(
            range(len(table)), [for_matplotlib(part_label(part), 30) for part in table["body_part"]]
        )
        axis.set_ylim(len(table) - 0.5, -0.5)
        axis.tick_params(axis="y", length=0)
        axis.set_xlabel("training images (line: crossover and its interval)")
        handles = [
            Patch(facecolor=_COLORS[z], hatch=_HATCHES[z], edgecolor="white", label=z) for z in _COLORS
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, handlelength=1.4, columnspacing=1)
        return figure


def _wheres(row: dict[str, Any]) -> dict[str, Any]:
    """Where size, low and high are; those that are outside of the measured sizes as NaN."""
    ends = row["smallest"], row["largest"]
    found = {f"{name}_where": _where(row[name], *ends) for name in ("low", "high")}
    found["where"] = _where(row["size"], *ends, row["low"])
    outside = {name: np.nan for name in ("size", "low", "high") if not ends[0] <= row[name] <= ends[1]}
    return outside | found


def _where(size: float, smallest: float, largest: float, low: float = np.nan) -> str:
    if np.isnan(size):
        return UNDEFINED if np.isnan(low) else SPANS
    return BEYOND if size > largest else BEFORE if size < smallest else WITHIN


def _draw_zones(axis: Axes, place: int, zones: Sequence[Zone], smallest: float, largest: float) -> None:
    """A bar of the zones; an empty frame where there are none."""
    rows = (place - _BAR, 2 * _BAR)
    for zone, low, high in zones:
        color, hatch = _COLORS[zone], _HATCHES[zone]
        axis.broken_barh(
            [(low, high - low)], rows, facecolor=color, hatch=hatch, edgecolor="white", linewidth=0
        )
    if not zones:
        frame = [(smallest, largest - smallest)]
        axis.broken_barh(frame, rows, facecolor="none", edgecolor=LIGHT, linewidth=0.8)


def _draw_interval(axis: Axes, place: int, low: float, high: float, smallest: float, largest: float) -> None:
    """The interval of the crossover, an arrow at each end that lies outside of the data."""
    if np.isnan(low) or np.isnan(high):
        return
    left, right = smallest / _REACH, largest * _REACH
    axis.plot(np.clip([low, high], left, right), [place, place], color=BLACK, linewidth=1)
    ends = {_where(bound, smallest, largest) for bound in (low, high)}
    for where, at, marker in ((BEFORE, left, "<"), (BEYOND, right, ">")):
        if where in ends:
            axis.plot(at, place, marker, color=BLACK, markersize=4)


def _draw_size(axis: Axes, place: int, size: float, low: float, smallest: float, largest: float) -> None:
    """The crossover where it lies in the data."""
    if _where(size, smallest, largest, low) == WITHIN:
        axis.plot(size, place, "o", color=BLACK, markersize=5, markerfacecolor="white")
