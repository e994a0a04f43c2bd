"""Panels and axes that several figures share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

from results.figures.style import MEDIUM, ONE_COLUMN, SMALL, TWO_COLUMNS
from results.labels import Look
from results.metrics import Values
from results.text import for_matplotlib

LEGEND_LINE = 0.15  # inches of height for a line of a legend
_DECADES = 20  # from this ratio of largest to smallest size on, ticks are powers of ten; chosen by hand
_ROOM = 0.2  # smallest distance of two labelled sizes, as a share of the axis; chosen by hand
_TITLE = 120  # characters of a line of a title over a whole figure; longer ones are cut
_LABEL_WIDTH = 0.47  # inches from one label with patients, such as `(11,184)`, to the next


def empty_figure(width: float, height: float, title: str = "") -> Figure:
    """A figure of this size (inches) with constrained layout."""
    figure = Figure(figsize=(width, height), layout="constrained")
    if title:
        figure.suptitle("\n".join(for_matplotlib(line, _TITLE) for line in title.split("\n")))
    return figure


def columns_for(panels: int, width: float, most: int = 4) -> int:
    """The number of panels side by side: two in one column of a page, up to `most` in two columns."""
    return min(panels, most if width > ONE_COLUMN + 1 else 2)


def panel_grid(figure: Figure, panels: int, columns: int, label: str, *, share_x: bool = True) -> list[Axes]:
    """Panels that share the y axis and (unless each has ticks of its own) x, row by row.

    The x label is below the last panel of each column.
    """
    rows = -(-panels // columns)
    grid = figure.subplots(rows, columns, sharex=share_x, sharey=True, squeeze=False).ravel()
    for axis in grid[panels:]:
        axis.remove()
    used = list(grid[:panels])
    for axis in used[max(0, panels - columns) :]:  # also above the gap that a short last row leaves
        axis.tick_params(labelbottom=True)
        axis.set_xlabel(label)
    return used


def size_axis(axis: Axes, training_images: Iterable[float]) -> None:
    """A logarithmic x axis of training images: powers of ten, or the sizes where they are close."""
    sizes = sorted(set(training_images))
    axis.set_xscale("log")
    low, high = sizes[0], sizes[-1]
    axis.set_xlim(low / 1.35, high * 1.35)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    axis.xaxis.set_minor_formatter(NullFormatter())
    if high / low >= _DECADES:
        axis.xaxis.set_major_locator(LogLocator(10, numticks=20))
        axis.xaxis.set_minor_locator(LogLocator(10, subs=range(2, 10), numticks=20))
    else:
        axis.xaxis.set_major_locator(FixedLocator(spaced_sizes(sizes)))
        axis.minorticks_off()


def size_and_patients_axis(
    axis: Axes, sizes: Iterable[float], patients: Mapping[float, float], width: float
) -> None:
    """A logarithmic x axis of training images over all `sizes`, so that panels side by side have one scale.

    The labels are those of this panel's sizes, the keys of `patients`, each over its number of patients:
    `100` over `(27)`. A size too close to a larger one has a tick without a label. `width` is the panel's, in
    inches.
    """
    least, most = min(sizes := list(sizes)), max(sizes)
    axis.set_xscale("log")
    axis.set_xlim(least / 1.35, most * 1.35)
    shown = spaced_sizes(list(patients), room=_LABEL_WIDTH / width * np.log(most / least * 1.35**2))
    axis.set_xticks(shown, [f"{size:,.0f}\n({patients[size]:,.0f})" for size in shown])
    axis.set_xticks(sorted(set(patients) - set(shown)), [], minor=True)


def log_axis(axis: Axes) -> None:
    """A logarithmic x axis with plain numbers, as exponents would be too small to read."""
    axis.set_xscale("log")
    low, high = axis.get_xlim()
    axis.xaxis.set_major_locator(LogLocator(10, subs=(1,) if high / low > _DECADES else (1, 2, 5)))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.xaxis.set_minor_formatter(NullFormatter())


def spaced_sizes(sizes: Sequence[float], room: float | None = None) -> list[float]:
    """The sizes whose labels do not overlap on a logarithmic axis; always with the largest.

    `room` is the smallest distance of two (a difference of logarithms); None: _ROOM of the sizes' own axis.
    """
    kept: list[float] = []
    room = _ROOM * np.log(max(sizes) / min(sizes) * 1.35**2) if room is None else room
    for size in sorted(set(sizes), reverse=True):
        if not kept or np.log(kept[-1] / size) >= room:
            kept.append(size)
    return kept[::-1]


def draw_band(axis: Axes, x: Values, low: Values, high: Values, look: Look) -> None:
    """An interval band edged in the line's style, so that overlapping bands stay apart in grey print."""
    edge = {"edgecolor": (look.color, 0.6), "linewidth": 0.4, "linestyle": look.line}
    axis.fill_between(x, low, high, facecolor=(look.color, 0.15), **edge)


def write_beside(
    axis: Axes, text: str, at: tuple[float, float], points: tuple[float, float], **how: Any
) -> None:
    """Write small text at an offset (in points) from `at`; `how` is passed to matplotlib's annotate."""
    how = {"fontsize": SMALL, "annotation_clip": False} | how
    axis.annotate(text, at, xytext=points, textcoords="offset points", **how)


def legend_beside(figure: Figure, title: str) -> None:
    """Draw the legend of all panels: to the right of a full-width figure, below a narrower one."""
    wide = figure.get_figwidth() >= TWO_COLUMNS
    place: Any = "outside right upper" if wide else "outside lower center"
    legend = figure.legend(loc=place, title=title)
    legend.set_alignment("left")
    legend.get_title().set_fontsize(MEDIUM)


def legend_below(figure: Figure, axis: Axes, columns: int) -> None:
    """Draw the legend of one axis below all panels, with each label once."""
    handles, labels = axis.get_legend_handles_labels()
    known = dict(zip(labels, handles, strict=True))
    figure.legend(known.values(), known.keys(), loc="outside lower center", ncols=columns)
