"""Training curves: metrics of each epoch of a fine-tuning, in training and in validation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.figures.layout import empty_figure, legend_below
from results.figures.style import TWO_COLUMNS, styled
from results.frames import tidy
from results.labels import BLACK, GREY, VERMILION, metric_label

_SHOWN = ("loss", "accuracy", "auroc")
_ROOM_FOR_MARKERS = 40  # largest number of epochs with markers; chosen by hand


@dataclass(frozen=True)
class TrainingCurves:
    """Loss, accuracy, AUROC and learning rate of each epoch of one fine-tuning.

    An epoch holds train_ and validation_ loss, accuracy and auroc, and learning_rate.
    """

    history: Sequence[Mapping[str, Any]]
    title: str
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per epoch, in the order in which they ran; `step` counts through all stages."""
        drawn = [f"{part}_{name}" for name in _SHOWN for part in ("train", "validation")]
        numbers = tidy(self.history, [], [*drawn, "learning_rate"])
        table = pd.DataFrame(list(self.history))
        table[numbers.columns] = numbers
        return table.assign(step=np.arange(1, len(table) + 1))

    @styled
    def plot(self) -> Figure:
        """Four panels over the epochs; training and validation on the same axis."""
        table = self.frame()
        figure = empty_figure(self.width, 3.8, self.title)
        panels = figure.subplots(2, 2, sharex=True).ravel()
        marked = len(table) <= _ROOM_FOR_MARKERS
        for axis, name in zip(panels, _SHOWN, strict=False):
            _line(axis, table, f"train_{name}", "training", GREY, "o" if marked else "", (0, (4, 1.5)))
            _line(axis, table, f"validation_{name}", "validation", VERMILION, "s" if marked else "", "-")
            axis.set_ylabel(metric_label(name))
        _line(panels[3], table, "learning_rate", "", BLACK, "o" if marked else "", "-")
        panels[3].set_ylabel("learning rate")
        for axis in panels:
            axis.grid(True)
        for axis in panels[2:]:
            axis.set_xlabel("epoch")
            axis.xaxis.get_major_locator().set_params(integer=True)
        figure.align_ylabels()
        legend_below(figure, panels[0], columns=2)
        return figure


def _line(axis: Axes, table: pd.DataFrame, name: str, label: str, color: str, marker: str, line: Any) -> None:
    axis.plot(
        table["step"], table[name], color=color, marker=marker, markersize=3, linestyle=line, label=label
    )
