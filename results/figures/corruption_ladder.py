"""The ladder of corruptions: the metric of each strategy against the strength of each corruption."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from results.figures.learning_curves import line_looks
from results.figures.line_panels import line_panels
from results.figures.style import TWO_COLUMNS, styled
from results.frames import TableRows, refuse_twice, tidy

_KEY = ["kind", "strategy", "line", "strength"]


@dataclass(frozen=True)
class CorruptionLadder:
    """A panel per kind of corruption; a line with its interval band per strategy, over the strength.

    Rows: kind, strength (0: the test set as it is), strategy, value, low, high (None where undefined) and,
    where a strategy has several lines, `line`; all of one body part.
    """

    rows: TableRows
    metric: str
    unit: str
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per point: kind, strategy, line, strength, value, low, high.

        Raises ValueError without a row and for two rows of one point.
        """
        names, numbers = ["kind", "strategy"], ["strength", "value", "low", "high"]
        table = tidy(self.rows, names, numbers, {"line": ""})
        refuse_twice(table, _KEY, "give the rows of one body part and backbone")
        line_looks(table)
        places = {kind: place for place, kind in enumerate(dict.fromkeys(table["kind"]))}
        table = table.assign(place=table["kind"].map(places), strength=table["strength"].astype(int))
        table = table.sort_values(["place", "strategy", "line", "strength"], kind="stable")
        return table[[*_KEY, "value", "low", "high"]].reset_index(drop=True)

    @styled
    def plot(self) -> Figure:
        """Small multiples on equal axes."""
        return line_panels(
            self.frame(),
            "kind",
            "strength",
            "strength (0: none)",
            metric=self.metric,
            unit=self.unit,
            width=self.width,
        )
