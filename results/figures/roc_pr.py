"""ROC and precision-recall curves with bands from resampled patients, and published operating points."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.figures.layout import LEGEND_LINE, draw_band, empty_figure, legend_beside
from results.figures.predictions import Scores, bands, check_names
from results.figures.roc_pr_points import PRECISION_RECALL, ROC, Plane
from results.figures.style import ONE_COLUMN, TWO_COLUMNS, styled
from results.frames import TableRows, records, tidy
from results.labels import BLACK, GREY, Look, looks_of, metric_label
from results.metric_lookup import limits
from results.text import for_matplotlib
from results.uncertainty import Resampled, fewest_patients, interval


@dataclass(frozen=True)
class _RankingCurves:
    """One line per entry of `scores`, all on one test set.

    `points` are published operating points on the same test set and unit (of radiologists, for example), one
    per row: name, sensitivity, specificity.
    """

    scores: Sequence[Scores]
    unit: str
    points: TableRows = ()
    title: str = ""
    width: float = ONE_COLUMN
    confidence: float = 0.95
    resamples: int = 1000

    plane: ClassVar[Plane]

    def frame(self) -> pd.DataFrame:
        """One row per point: name, strategy, kind, x, y, low, high, area, area_low, area_high.

        `kind` is curve, threshold (chosen in training) or reference (a published point); the area is
        AUROC or average precision with its interval. Raises ValueError for a test set of one class.
        """
        check_names(self.scores)
        tables = [table for scores in self.scores for table in (self._curve(scores), self._threshold(scores))]
        tables.append(self._references())
        return pd.concat([table for table in tables if len(table)], ignore_index=True)

    @styled
    def plot(self) -> Figure:
        """Curves with bands; the legend below gives each area with its interval."""
        table = self.frame()
        looks = looks_of([scores.strategy for scores in self.scores], [scores.name for scores in self.scores])
        entries = len(looks) + (table["kind"] == "reference").sum() + 2
        wide = self.width >= TWO_COLUMNS  # the legend is to the right of the axes
        height = self.width * 0.55 if wide else self.width + entries * LEGEND_LINE
        figure = empty_figure(self.width, height, self.title)
        axis = figure.subplots()
        axis.plot([0, 1], self.plane.chance(self._prevalence), color=GREY, linewidth=0.8, zorder=1)
        kinds = {str(kind): rows for kind, rows in table.groupby("kind")}
        for look in looks:
            _draw(axis, kinds["curve"][kinds["curve"]["name"] == look.label], look)
        if "threshold" in kinds:
            _draw_thresholds(axis, kinds["threshold"], looks)
        if "reference" in kinds:
            _draw_references(axis, kinds["reference"])
        axis.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axis.set(xlabel=self.plane.x, ylabel=self.plane.y)
        axis.grid(True)
        title = f"{metric_label(self.plane.metric, self.unit)}, {self.confidence:.0%} interval"
        legend_beside(figure, title)
        return figure

    def _curve(self, scores: Scores) -> pd.DataFrame:
        positive, values, weights = scores.positive, scores.values, scores.weights(self.resamples)
        curves = self.plane.curve(positive, values, weights)
        areas = self.plane.area(positive, values, weights)
        low, high = bands(curves[:, 1:], self.confidence)
        patients = fewest_patients(np.asarray(scores.patients, object), positive.astype(np.int64))
        area = Resampled(float(areas[0]), areas[1:], patients)
        area_low, area_high = interval(area, self.confidence, limits(self.plane.metric))
        points = {"x": self.plane.grid, "y": curves[:, 0], "low": low, "high": high}
        line = {"name": scores.name, "strategy": scores.strategy, "kind": "curve"}
        bounds = {"area_low": area_low, "area_high": area_high}
        return pd.DataFrame({**line, **points, "area": area.value, **bounds})

    def _threshold(self, scores: Scores) -> pd.DataFrame:
        point = scores.operating_point()
        rows = [] if point is None else [self._row(scores.name, scores.strategy, "threshold", point)]
        return pd.DataFrame(rows)

    def _references(self) -> pd.DataFrame:
        if not len(self.points):
            return pd.DataFrame()
        table = tidy(self.points, ["name"], ["sensitivity", "specificity"])
        return pd.DataFrame(
            [
                self._row(r["name"], "", "reference", (r["sensitivity"], r["specificity"]))
                for r in records(table)
            ]
        )

    @property
    def _prevalence(self) -> float:
        return float(np.mean(self.scores[0].labels))

    def _row(self, name: str, strategy: str, kind: str, point: tuple[float, float]) -> dict[str, Any]:
        x, y = self.plane.place(*point, self._prevalence)
        return {"name": name, "strategy": strategy, "kind": kind, "x": x, "y": y}


class RocCurves(_RankingCurves):
    """Sensitivity against 1 − specificity."""

    plane = ROC


class PrecisionRecallCurves(_RankingCurves):
    """Precision against recall; operating points are placed by the prevalence of the test set."""

    plane = PRECISION_RECALL


def _draw(axis: Axes, rows: pd.DataFrame, look: Look) -> None:
    first = rows.iloc[0]
    bounds = "" if np.isnan(first["area_low"]) else f" [{first['area_low']:.3f}, {first['area_high']:.3f}]"
    label = f"{for_matplotlib(look.label)}: {first['area']:.3f}{bounds}"
    axis.plot(rows["x"], rows["y"], color=look.color, linestyle=look.line, label=label)
    x, low, high = (rows[name].to_numpy() for name in ("x", "low", "high"))
    draw_band(axis, x, low, high, look)


def _draw_thresholds(axis: Axes, rows: pd.DataFrame, looks: Sequence[Look]) -> None:
    for look in looks:
        chosen = rows[rows["name"] == look.label]
        axis.plot(chosen["x"], chosen["y"], look.marker, color=look.color, markeredgecolor=BLACK, zorder=3)
    (shown,) = axis.plot([], [], "o", label="threshold chosen in training")
    shown.set(color="white", markeredgecolor=BLACK)


def _draw_references(axis: Axes, rows: pd.DataFrame) -> None:
    for marker, row in zip(itertools.cycle("*Xdphv<>"), records(rows), strict=False):
        axis.plot(
            row["x"], row["y"], marker, color=BLACK, markersize=6, label=for_matplotlib(row["name"]), zorder=4
        )
