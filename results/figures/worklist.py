"""Cumulative gains: how many of the abnormal studies are read early when a worklist is ordered."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from results.figures.layout import LEGEND_LINE, draw_band, empty_figure, legend_beside
from results.figures.predictions import Scores, bands, check_names
from results.figures.style import ONE_COLUMN, TWO_COLUMNS, styled
from results.labels import BLACK, GREY, looks_of
from results.text import for_matplotlib
from results.worklist import found_by, gains

READ = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class WorklistGains:
    """One line per entry of `scores`, all on one test set; bands are pointwise over resampled patients."""

    scores: Sequence[Scores]
    unit: str
    title: str = ""
    width: float = ONE_COLUMN
    confidence: float = 0.95
    resamples: int = 1000

    def frame(self) -> pd.DataFrame:
        """One row per line and share of the list: name, strategy, read, found, low, high.

        `read` and `found` are shares of all studies (images), and of the abnormal ones. Raises ValueError for
        no prediction, or a test set of one class.
        """
        check_names(self.scores)
        return pd.concat([self._table(line) for line in self.scores], ignore_index=True)

    @styled
    def plot(self) -> Figure:
        """The lines with bands, the list without order, and the best order that there could be."""
        table = self.frame()
        looks = looks_of([scores.strategy for scores in self.scores], [scores.name for scores in self.scores])
        wide = self.width >= TWO_COLUMNS  # the legend is to the right of the axes
        height = self.width * 0.55 if wide else self.width + (len(looks) + 3) * LEGEND_LINE
        figure = empty_figure(self.width, height, self.title)
        axis = figure.subplots()
        abnormal = float(np.mean(self.scores[0].positive))
        axis.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, label="as they come")
        axis.plot([0, abnormal, 1], [0, 1, 1], color=BLACK, linewidth=0.8, linestyle=":", label="best order")
        for look in looks:
            rows = table[table["name"] == look.label]
            x, low, high = (rows[name].to_numpy() for name in ("read", "low", "high"))
            label = for_matplotlib(look.label)
            axis.plot(x, rows["found"], color=look.color, linestyle=look.line, label=label)
            draw_band(axis, x, low, high, look)
        axis.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        plural = "studies" if self.unit == "study" else f"{self.unit}s"
        axis.set(xlabel=f"share of {plural} read", ylabel=f"share of abnormal {plural} among them")
        axis.grid(True)
        legend_beside(figure, f"{self.confidence:.0%} intervals over patients, pointwise")
        return figure

    def _table(self, line: Scores) -> pd.DataFrame:
        curve = gains(line.positive.astype(np.int64), line.values, line.weights(self.resamples))
        found = found_by(curve, READ)
        low, high = bands(found[:, 1:], self.confidence)
        names = {"name": line.name, "strategy": line.strategy}
        return pd.DataFrame({**names, "read": READ.round(2), "found": found[:, 0], "low": low, "high": high})
