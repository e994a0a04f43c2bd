"""Small multiples of a metric against a step that is not the training size: a line per strategy."""

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from results.figures.layout import columns_for, draw_band, empty_figure, legend_below, panel_grid
from results.figures.learning_curves import line_looks, name_lines
from results.labels import metric_label
from results.text import for_matplotlib

_PANEL_HEIGHT = 1.6  # inches, with its labels


def line_panels(
    table: pd.DataFrame,
    panel: str,
    step: str,
    label: str,
    *,
    metric: str,
    unit: str,
    width: float,
    title: Callable[[str], str] = str,
    tick: Callable[[float], str] = "{:g}".format,
) -> Figure:
    """A panel per value of the column `panel`, with a tick at each value of the column `step`.

    `table` has, besides, the columns strategy, line, value, low and high. `label` is that of the x axis.
    """
    names = list(dict.fromkeys(table[panel]))
    columns = columns_for(len(names), width, most=3)
    figure = empty_figure(width, 0.75 + _PANEL_HEIGHT * max(-(-len(names) // columns), 1.4))
    axes = panel_grid(figure, len(names), columns, label)
    looks = line_looks(table)
    for axis, name in zip(axes, names, strict=True):
        axis.set_title(for_matplotlib(title(name)))
        axis.grid(True)
        own = table[table[panel] == name]
        steps = sorted(own[step].unique())
        axis.set_xticks(steps, [tick(one) for one in steps])
        for (strategy, line), rows in own.groupby(["strategy", "line"]):
            look = looks[str(strategy), str(line)]
            x, value, low, high = (rows[column].to_numpy() for column in (step, "value", "low", "high"))
            axis.plot(x, value, color=look.color, marker=look.marker, linestyle=look.line)
            draw_band(axis, x, low, high, look)
    name_lines(axes[0], looks.values())
    legend_below(figure, axes[0], min(len(looks), 3))
    figure.supylabel(metric_label(metric, unit), fontsize="medium")
    return figure
