"""The style of figures: fonts, line widths and page widths; the colours are in results.labels."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import matplotlib
from matplotlib.figure import Figure

from results.labels import LIGHT

ONE_COLUMN, TWO_COLUMNS = 3.5, 7.2  # inches: common widths of one and two journal columns
SMALL, MEDIUM, LARGE = 7.0, 7.5, 8.5  # points, at final size
RC: Any = {  # matplotlib types its settings name by name
    "font.family": "DejaVu Sans",  # installed with matplotlib, so the same on every machine
    "text.parse_math": False,  # a `$` is a dollar, in a label that a user typed too
    "text.usetex": False,
    "font.size": MEDIUM,
    "axes.titlesize": MEDIUM,
    "axes.labelsize": MEDIUM,
    "figure.titlesize": LARGE,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "legend.handlelength": 2.6,  # long enough to show how a line is broken
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": LIGHT,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.3,
    "lines.markersize": 4.0,
    "hatch.linewidth": 0.7,
    "figure.dpi": 200,  # sharp where a viewer shows the picture as it is
    "pdf.fonttype": 42,  # embeds TrueType fonts, so that text in the PDF can be edited and searched
}


FigureClass = TypeVar("FigureClass")


def styled(plot: Callable[[FigureClass], Figure]) -> Callable[[FigureClass], Figure]:
    """Decorator of a `plot` method: draw with RC instead of matplotlib's current settings."""

    @functools.wraps(plot)
    def drawn(figure: FigureClass) -> Figure:
        with matplotlib.rc_context(RC):
            picture = plot(figure)
        for axis in picture.axes:  # for ticks that are created when the picture is saved
            axis.tick_params(which="both", labelsize=SMALL)
        return picture

    return drawn
