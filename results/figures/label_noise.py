"""Wrong training labels: the metric of each strategy against the share of patients who have them."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from results.figures.learning_curves import line_looks
from results.figures.line_panels import line_panels
from results.figures.style import TWO_COLUMNS, styled
from results.frames import TableRows, in_order, refuse_twice, tidy
from results.labels import part_label, percent

_KEY = ["body_part", "strategy", "line", "share"]


@dataclass(frozen=True)
class LabelNoiseCurves:
    """A panel per body part; a line with its interval band per strategy, over the share.

    Rows: body_part, strategy, share (0: no wrong label), value, low, high (None where undefined) and, where a
    strategy has several lines, `line`.
    """

    rows: TableRows
    metric: str
    unit: str
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per point: body_part, strategy, line, share, value, low, high.

        Raises ValueError without a row and for two rows of one point.
        """
        table = tidy(self.rows, ["body_part", "strategy"], ["share", "value", "low", "high"], {"line": ""})
        refuse_twice(table, _KEY, "name their lines in the column 'line'")
        line_looks(table)
        places = {part: place for place, part in enumerate(in_order(table["body_part"]))}
        table = table.assign(place=table["body_part"].map(places))
        table = table.sort_values(["place", "strategy", "line", "share"], kind="stable")
        return table[[*_KEY, "value", "low", "high"]].reset_index(drop=True)

    @styled
    def plot(self) -> Figure:
        """Small multiples on equal axes."""
        return line_panels(
            self.frame(),
            "body_part",
            "share",
            "patients with wrong labels",
            metric=self.metric,
            unit=self.unit,
            width=self.width,
            title=part_label,
            tick=percent,
        )
