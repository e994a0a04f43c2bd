"""The head-to-head of one body part: both learning curves above, their paired difference below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.figures.layout import columns_for, empty_figure, size_axis
from results.figures.style import ONE_COLUMN, TWO_COLUMNS, styled
from results.frames import tidy
from results.labels import BLACK, GREY, look_of, metric_label
from results.text import for_matplotlib
from results.verdict import SIDES, sides_of

_MOST = 4  # backbones side by side


@dataclass(frozen=True)
class HeadToHead:
    """The learning curves of two sides for one body part, and their paired difference below.

    The sides are two of frozen, adapted and fine_tuned.
    """

    rows: Sequence[
        Mapping[str, Any]
    ]  # of one comparison, body part and classifier of its first side, over seeds
    metric: str  # with its unit: "study auroc"
    title: str

    def frame(self) -> pd.DataFrame:
        """One row per backbone and training size: both sides, difference, low, high.

        Raises ValueError for more backbones than fit side by side.
        """
        sides = [SIDES[strategy] for strategy in self._strategies]
        numbers = ["train_images", *sides, "difference", "low", "high"]
        table = tidy(self.rows, ["backbone"], numbers).astype({"train_images": int})
        if table["backbone"].nunique() > _MOST:
            raise ValueError(f"more than {_MOST} backbones do not fit side by side; draw a ForestPlot")
        return table.sort_values(["backbone", "train_images"])

    @property
    def _strategies(self) -> tuple[str, str]:
        return sides_of(self.rows[0])

    @styled
    def plot(self) -> Figure:
        """A column per backbone: curves above, differences with their intervals below."""
        table = self.frame()
        backbones = list(dict.fromkeys(table["backbone"]))
        width = ONE_COLUMN if len(backbones) == 1 else TWO_COLUMNS
        figure = empty_figure(width, 3.6, self.title)
        columns = columns_for(len(backbones), width)
        axes = figure.subplots(2, columns, squeeze=False, sharex="col", sharey="row", height_ratios=[3, 2])
        for column, backbone in enumerate(backbones):
            self._draw(axes[0][column], axes[1][column], table[table["backbone"] == backbone])
            axes[0][column].set_title(for_matplotlib(backbone))
            axes[1][column].set_xlabel("training images")
        unit, _, metric = self.metric.rpartition(" ")
        axes[0][0].set_ylabel(metric_label(metric, unit))
        first, second = (look_of(strategy).label for strategy in self._strategies)
        axes[1][0].set_ylabel(f"{second} − {first}")
        axes[0][0].legend()
        figure.align_ylabels()
        return figure

    def _draw(self, above: Axes, below: Axes, table: pd.DataFrame) -> None:
        sizes = table["train_images"].to_numpy()
        for strategy in self._strategies:
            look = look_of(strategy)
            above.plot(
                sizes,
                table[SIDES[strategy]],
                color=look.color,
                marker=look.marker,
                linestyle=look.line,
                label=for_matplotlib(look.label),
            )
        difference = table["difference"].to_numpy()
        below.axhline(0, color=GREY, linewidth=0.8)
        below.vlines(sizes, table["low"], table["high"], color=BLACK, linewidth=1)
        below.plot(sizes, difference, "D", color=BLACK)
        for axis in (above, below):
            size_axis(axis, sizes)
            axis.grid(True)
