"""Decision curves: the net benefit of acting on each method's predictions, and a paired difference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.decision_curves import net_benefit, treat_all
from results.figures.layout import LEGEND_LINE, draw_band, empty_figure, legend_beside
from results.figures.predictions import Scores, bands, check_names
from results.figures.style import ONE_COLUMN, TWO_COLUMNS, styled
from results.labels import BLACK, GREY, Look, look_of, looks_of
from results.metrics import Values
from results.text import for_matplotlib

THRESHOLDS = np.linspace(0.01, 0.99, 99)
_BELOW = 0.15  # how far the axis goes below zero, as a share of the prevalence; chosen by hand


@dataclass(frozen=True)
class DecisionCurve:
    """Net benefit (`results.decision_curves`) over thresholds of probability, all lines on one test set.

    `compared` are two strategies, first and second: below, the net benefit of the second minus that of the
    first, where each of them has one line. Bands are pointwise intervals over resampled patients, paired.
    """

    scores: Sequence[Scores]
    unit: str
    compared: tuple[str, str]
    title: str = ""
    width: float = ONE_COLUMN
    confidence: float = 0.95
    resamples: int = 1000

    def frame(self) -> pd.DataFrame:
        """One row per line and threshold: name, strategy, kind, threshold, net_benefit, low, high.

        `kind` is method, all (call every row abnormal), none (its net benefit is 0) or difference. Raises
        ValueError for no prediction, or a test set of one class.
        """
        check_names(self.scores)
        first = self.scores[0]
        drawn = {line.name: self._drawn(line) for line in self.scores}
        every = treat_all(first.positive.astype(np.int64), first.weights(self.resamples), THRESHOLDS)
        tables = [self._table(line.name, line.strategy, "method", drawn[line.name]) for line in self.scores]
        tables.append(self._table("call all", "", "all", every))
        tables.append(self._table("call none", "", "none", np.zeros_like(every)))
        for one, other in self._pair():
            name, difference = f"{other.name} − {one.name}", drawn[other.name] - drawn[one.name]
            tables.append(self._table(name, other.strategy, "difference", difference))
        return pd.concat(tables, ignore_index=True)

    @styled
    def plot(self) -> Figure:
        """Above: each line, call all and call none; below: the difference of the two compared strategies."""
        table = self.frame()
        looks = looks_of([scores.strategy for scores in self.scores], [scores.name for scores in self.scores])
        wide = self.width >= TWO_COLUMNS  # the legend is to the right of the axes
        kinds = {str(kind): rows for kind, rows in table.groupby("kind")}
        panels = 1 + ("difference" in kinds)
        height = self.width * 0.3 * (panels + 1) if wide else self.width * 0.35 * (panels + 1)
        height += 0 if wide else (len(looks) + 3) * LEGEND_LINE
        figure = empty_figure(self.width, height, self.title)
        axes = figure.subplots(panels, 1, sharex=True, height_ratios=[3, 2][:panels], squeeze=False).ravel()
        _draw_lines(axes[0], kinds, looks)
        if "difference" in kinds:
            _draw_difference(axes[1], kinds["difference"], self.compared)
        for axis in axes:
            axis.grid(True)
        axes[0].set(xlim=(0, 1), ylabel=f"net benefit per {self.unit}")
        axes[-1].set_xlabel("threshold of the probability of abnormal")
        figure.align_ylabels()
        legend_beside(figure, f"{self.confidence:.0%} intervals over patients, pointwise")
        return figure

    def _drawn(self, line: Scores) -> Values:
        """(thresholds, 1 + resamples)."""
        weights = line.weights(self.resamples)
        return net_benefit(line.positive.astype(np.int64), line.values, weights, THRESHOLDS)

    def _pair(self) -> Iterator[tuple[Scores, Scores]]:
        sides = [[line for line in self.scores if line.strategy == name] for name in self.compared]
        if all(len(side) == 1 for side in sides):
            yield sides[0][0], sides[1][0]

    def _table(self, name: str, strategy: str, kind: str, benefit: Values) -> pd.DataFrame:
        low, high = bands(benefit[:, 1:], self.confidence)
        line = {"name": name, "strategy": strategy, "kind": kind, "threshold": THRESHOLDS.round(2)}
        return pd.DataFrame({**line, "net_benefit": benefit[:, 0], "low": low, "high": high})


def _draw_lines(axis: Axes, kinds: dict[str, pd.DataFrame], looks: Sequence[Look]) -> None:
    every = kinds["all"]
    axis.plot(every["threshold"], every["net_benefit"], color=GREY, linewidth=0.8, label="call all abnormal")
    axis.axhline(0, color=BLACK, linewidth=0.8, label="call none abnormal")
    for look in looks:
        rows = kinds["method"][kinds["method"]["name"] == look.label]
        x, low, high = (rows[name].to_numpy() for name in ("threshold", "low", "high"))
        axis.plot(
            x, rows["net_benefit"], color=look.color, linestyle=look.line, label=for_matplotlib(look.label)
        )
        draw_band(axis, x, low, high, look)
    most = max(every["net_benefit"].max(), kinds["method"]["high"].max())
    axis.set_ylim(-_BELOW * most, 1.05 * most)


def _draw_difference(axis: Axes, rows: pd.DataFrame, compared: tuple[str, str]) -> None:
    first, second = map(look_of, compared)
    look = second._replace(color=BLACK, line="-")
    x, low, high = (rows[name].to_numpy() for name in ("threshold", "low", "high"))
    axis.plot(x, rows["net_benefit"], color=look.color)
    draw_band(axis, x, low, high, look)
    axis.axhline(0, color=GREY, linewidth=0.8)
    axis.set_ylabel(for_matplotlib(f"{second.label} − {first.label}"))
