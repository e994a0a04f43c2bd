"""Critical-difference diagram: average ranks, bars over methods that Nemenyi's test does not tell apart.

After Demšar 2006 (Statistical comparisons of classifiers over multiple data sets, JMLR 7). It describes;
pairs of methods are judged by their paired differences (`results.ranks.DESCRIPTION`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from results.figures.layout import empty_figure, write_beside
from results.figures.style import SMALL, TWO_COLUMNS, styled
from results.frames import TableRows, refuse_twice, tidy
from results.labels import BLACK, GREY
from results.text import for_matplotlib

_LINE, _BAR = 0.17, 0.09  # inches between two names, and between two bars
_EVERY_RANK = 12  # largest span of ranks at which every rank has a tick
_ABOVE = 0.42  # inches above the axis, for its numbers and the critical difference


@dataclass(frozen=True)
class CriticalDifference:
    """Methods on an axis of average ranks, 1 is best; bars join methods of one group.

    Rows: name, rank. `groups` holds the names of each group, as the post-hoc test found them; groups of
    one are not drawn. `critical_difference` in ranks is shown where the test has one. `note` names the test
    and the number of data sets.
    """

    ranks: TableRows
    groups: Sequence[Sequence[str]] = ()
    critical_difference: float | None = None
    note: str = ""
    title: str = ""
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per method, best first: name, rank, groups (numbers of those it is in, `1 2`).

        Raises ValueError for fewer than two methods, and for a member of a group without a rank.
        """
        table = tidy(self.ranks, ["name"], ["rank"])
        refuse_twice(table, ["name"], "give one average rank for each")
        if table["rank"].isna().any():
            raise ValueError(f"{table['name'][table['rank'].isna()].iloc[0]} has no rank")
        if len(table) < 2:
            raise ValueError("average ranks need at least two methods")
        unknown = [name for group in self.groups for name in group if name not in set(table["name"])]
        if unknown:
            raise ValueError(f"a group contains '{unknown[0]}', which has no rank")
        member = [
            " ".join(str(n) for n, group in enumerate(self._bars(), start=1) if name in group)
            for name in table["name"]
        ]
        return table.assign(groups=member).sort_values("rank", kind="stable").reset_index(drop=True)

    def _bars(self) -> list[Sequence[str]]:
        return [group for group in self.groups if len(group) > 1]

    @styled
    def plot(self) -> Figure:
        """Ranks grow to the left; a line leads from each rank to its name, the best on top."""
        table = self.frame()
        under_axis = _BAR * (len(self._bars()) + 1)
        lines = len(table) + bool(self.title) + bool(self.note)
        figure = empty_figure(self.width, _ABOVE + under_axis + _LINE * lines + 0.15, self.title)
        axis = figure.subplots()
        best = np.floor(table["rank"].min())
        worst = max(np.ceil(table["rank"].max()), best + 1)
        axis.set_xlim(worst, best)
        axis.set_ylim(-(under_axis + _LINE * len(table)), _ABOVE if self.critical_difference else 0.02)
        _draw_axis(axis, worst - best)
        if self.critical_difference:
            _draw_critical_difference(axis, worst, self.critical_difference)
        rank = dict(zip(table["name"], table["rank"], strict=True))
        for line, bar in enumerate(self._bars(), start=1):
            _draw_bar(axis, [rank[name] for name in bar], -line * _BAR, 0.01 * (worst - best))
        for line, name in enumerate(table["name"]):
            _draw_name(axis, name, rank[name], -(under_axis + (line + 0.5) * _LINE), best)
        if self.note:
            figure.supxlabel(self.note, x=0.01, ha="left", fontsize=SMALL)
        return figure


def _draw_axis(axis: Axes, length: float) -> None:
    axis.spines[["left", "bottom"]].set_visible(False)
    axis.spines["top"].set_visible(True)
    axis.spines["top"].set_position(("data", 0))
    axis.xaxis.set_ticks_position("top")
    axis.set_yticks([])
    if length <= _EVERY_RANK:
        axis.xaxis.set_major_locator(MultipleLocator(1))


def _draw_critical_difference(axis: Axes, worst: float, difference: float) -> None:
    """The critical difference as a bar in the units of the axis."""
    y = 0.82 * _ABOVE
    axis.plot([worst, worst - difference], [y, y], "|-", color=BLACK, linewidth=1, clip_on=False)
    write_beside(axis, f"CD {difference:.2f}", (worst - difference / 2, y), (0, 3), ha="center")


def _draw_bar(axis: Axes, ranks: Sequence[float], y: float, beyond: float) -> None:
    """A bar over the ranks of a group, a little longer at both ends."""
    ends = min(ranks) - beyond, max(ranks) + beyond
    axis.plot(ends, [y, y], color=BLACK, linewidth=2.5, solid_capstyle="butt")


def _draw_name(axis: Axes, name: str, rank: float, y: float, best: float) -> None:
    axis.plot([rank, rank, best], [0, y, y], color=GREY, linewidth=0.7)
    axis.plot(rank, 0, "o", color=BLACK, markersize=3, clip_on=False)
    write_beside(axis, f"{rank:.2f}  {for_matplotlib(name)}", (best, y), (4, 0), va="center")
