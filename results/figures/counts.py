"""Counts of a data set: images, studies and patients per body part, class and split."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.figures.layout import empty_figure, legend_below
from results.figures.style import TWO_COLUMNS, styled
from results.frames import TableRows, in_order, refuse_twice, tidy
from results.labels import BLACK, SKY, VERMILION, part_label
from results.text import for_matplotlib

COUNTED_UNITS = ("images", "studies", "patients")
_KEY = ["body_part", "split", "label"]
_CLASSES = (("normal", SKY, ""), ("abnormal", VERMILION, "////"))  # hatched, for grey print
_BAR = 0.38  # height of a bar, as a share of the space of a body part


@dataclass(frozen=True)
class DatasetCounts:
    """Bars per body part, normal beside abnormal (a patient may have both), a panel per unit and split.

    Rows: body_part, split (`train`, `test`, or empty without one), label (0 normal, 1 abnormal),
    images, studies, patients.
    """

    rows: TableRows
    title: str = ""
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per body part, split and label: images, studies, patients."""
        table = tidy(self.rows, _KEY, COUNTED_UNITS).astype(dict.fromkeys(COUNTED_UNITS, int))
        refuse_twice(table, _KEY, "give one row for each")
        return table

    @styled
    def plot(self) -> Figure:
        """A column per unit and a row per split; transposed when the figure is one page column wide."""
        table = self.frame()
        parts, splits = in_order(table["body_part"]), list(dict.fromkeys(table["split"]))
        panels = [(unit, split) for split in splits for unit in COUNTED_UNITS]
        rows, columns = len(splits), len(COUNTED_UNITS)
        if self.width < TWO_COLUMNS:
            panels = [(unit, split) for unit in COUNTED_UNITS for split in splits]
            rows, columns = columns, rows
        height = 0.6 + rows * (0.45 + 0.2 * len(parts))
        figure = empty_figure(self.width, height, self.title)
        axes = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
        for axis, (unit, split) in zip(axes, panels, strict=True):
            _draw(axis, table[table["split"] == split], unit, parts)
            axis.set_title(f"{unit}, {split}" if split else unit)
        axes[0].set_ylim(len(parts) - 0.5, -0.5)
        legend_below(figure, axes[0], columns=2)
        return figure


def _draw(axis: Axes, table: pd.DataFrame, unit: str, parts: list[str]) -> None:
    for label, (name, color, hatch) in enumerate(_CLASSES):
        counts = table[table["label"] == label].set_index("body_part")[unit].reindex(parts)
        places = [place + (label - 0.5) * _BAR for place in range(len(parts))]
        axis.barh(
            places,
            counts.fillna(0),
            _BAR,
            label=name,
            color=color,
            hatch=hatch,
            edgecolor=BLACK,
            linewidth=0.5,
        )
    axis.set_yticks(range(len(parts)), [for_matplotlib(part_label(part)) for part in parts])
    axis.tick_params(axis="y", length=0)
    axis.locator_params(axis="x", nbins=4)
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.grid(True, axis="x")
