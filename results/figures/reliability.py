"""Reliability diagram: observed share of abnormal against predicted probability, in bins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from results.calibration import calibration_intercept, calibration_slope
from results.figures.layout import LEGEND_LINE, empty_figure, legend_beside
from results.figures.predictions import Scores, bands, check_names
from results.figures.style import ONE_COLUMN, TWO_COLUMNS, styled
from results.labels import GREY, looks_of, metric_label
from results.metrics import CALIBRATION_BINS, expected_calibration_error
from results.text import for_matplotlib


@dataclass(frozen=True)
class ReliabilityDiagram:
    """Observed share of abnormal against predicted probability, and the number of predictions per bin."""

    scores: Sequence[Scores]
    unit: str
    title: str = ""
    width: float = ONE_COLUMN
    confidence: float = 0.95
    resamples: int = 1000

    def frame(self) -> pd.DataFrame:
        """One row per line and non-empty bin.

        Columns: name, strategy, bin (its lower edge), count, probability (their mean), observed, low, high
        (interval of `observed` over resampled patients), ece, slope and intercept, the line's calibration
        error, slope and intercept (the slope NaN where undefined). Raises ValueError for no prediction, or a
        test set of one class.
        """
        check_names(self.scores)
        return pd.concat([self._bins(scores) for scores in self.scores], ignore_index=True)

    def _bins(self, scores: Scores) -> pd.DataFrame:
        labels, values = scores.positive.astype(np.int64), scores.values
        weights = scores.weights(self.resamples)
        place = np.minimum((values * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
        inside = (np.unique(place)[:, None] == place).astype(np.float64)
        counts = inside @ weights
        observed = np.divide(
            inside @ (weights * labels[:, None]), counts, out=np.full(counts.shape, np.nan), where=counts > 0
        )
        low, high = bands(observed[:, 1:], self.confidence)
        return pd.DataFrame(
            {
                "name": scores.name,
                "strategy": scores.strategy,
                "bin": np.unique(place) / CALIBRATION_BINS,
                "count": counts[:, 0].astype(int),
                "probability": inside @ values / counts[:, 0],
                "observed": observed[:, 0],
                "low": low,
                "high": high,
                "ece": expected_calibration_error(labels, values, weights[:, :1])[0],
                "slope": calibration_slope(labels, values, weights[:, :1])[0],
                "intercept": calibration_intercept(labels, values, weights[:, :1])[0],
            }
        )

    @styled
    def plot(self) -> Figure:
        """Above: observed against predicted; below: the number of predictions per bin."""
        table = self.frame()
        looks = looks_of([scores.strategy for scores in self.scores], [scores.name for scores in self.scores])
        wide = self.width >= TWO_COLUMNS  # the legend is to the right of the axes
        height = self.width * 0.7 if wide else self.width * 1.3 + (len(looks) + 1) * LEGEND_LINE
        figure = empty_figure(self.width, height, self.title)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        above.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
        edges = np.linspace(0, 1, CALIBRATION_BINS + 1)
        for look in looks:
            rows = table[table["name"] == look.label]
            label = f"{for_matplotlib(look.label)}: {_numbers(rows.iloc[0])}"
            style = {"color": look.color, "linestyle": look.line}
            above.plot(rows["probability"], rows["observed"], marker=look.marker, label=label, **style)
            above.vlines(rows["probability"], rows["low"], rows["high"], color=look.color, linewidth=0.8)
            counts = np.zeros(CALIBRATION_BINS)
            counts[(rows["bin"] * CALIBRATION_BINS).round().astype(int)] = rows["count"]
            below.stairs(counts, edges, **style)
        above.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), ylabel="observed share abnormal")
        below.set(xlabel="predicted probability of abnormal", ylabel=_many(self.unit))
        for axis in (above, below):
            axis.grid(True)
        figure.align_ylabels()
        legend_beside(figure, f"{metric_label('ece', self.unit)}; slope; intercept")
        return figure


def _numbers(row: "pd.Series[Any]") -> str:
    slope = "–" if np.isnan(row["slope"]) else f"{row['slope']:.2f}"
    return f"{row['ece']:.3f}; {slope}; {row['intercept']:+.2f}"


def _many(unit: str) -> str:
    return {"study": "studies"}.get(unit, f"{unit}s")
