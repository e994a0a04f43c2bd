"""How figures look: Okabe and Ito's colours, with a marker and a line for grey print, fonts and widths."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import matplotlib
from matplotlib.figure import Figure

from results.metrics import AT_CHOSEN, METRICS

ONE_COLUMN, TWO_COLUMNS = 3.5, 7.2  # inches, as journals set them
SMALL, MEDIUM, LARGE = 7.0, 7.5, 8.5  # points, at final size
BLACK, GREY, LIGHT = "#000000", "#666666", "#D9D9D9"
ORANGE, SKY, GREEN = "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"  # Okabe & Ito 2008: told apart by all

RC: Any = {  # matplotlib types its settings name by name
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
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
    "pdf.fonttype": 42,  # text stays text in the PDF, as journals ask
}


class Look(NamedTuple):
    """How one kind of line is told from the others, in colour and in grey."""

    label: str
    color: str
    marker: str
    line: Any  # a matplotlib line style


STRATEGIES = {
    "feature_extraction": Look("frozen", BLUE, "o", "-"),
    "fine_tuning": Look("fine-tuned", VERMILION, "s", (0, (5, 1.5))),
    "hand_crafted": Look("hand-crafted", GREEN, "^", (0, (1, 1.2))),
    "from_scratch": Look("from scratch", PURPLE, "v", (0, (3, 1, 1, 1))),
    "ensemble": Look("ensemble", ORANGE, "D", (0, (5, 1, 1, 1, 1, 1))),
    "radiologist": Look("radiologists", BLACK, "*", "-"),
}
_PARTS = {"all": "all parts"}

Drawn = TypeVar("Drawn")


def look_of(strategy: str) -> Look:
    """The look of a strategy; grey for one that is not known (a control, say)."""
    return STRATEGIES.get(strategy, Look(plain_name(strategy), GREY, "x", (0, (3, 1.5))))


def looks_of(strategies: Sequence[str], labels: Sequence[str]) -> list[Look]:
    """A look for each line: that of its strategy, or all different where two lines share a strategy.

    Raises ValueError for more lines than there are looks.
    """
    if len(set(strategies)) == len(strategies):
        looks = [look_of(strategy) for strategy in strategies]
    elif len(labels) > len(STRATEGIES):
        raise ValueError(f"more than {len(STRATEGIES)} lines in one panel cannot be told apart")
    else:
        looks = list(STRATEGIES.values())[: len(labels)]
    return [look._replace(label=label) for look, label in zip(looks, labels, strict=True)]


def plain_name(name: str) -> str:
    """A name of ours as words: `balanced_accuracy` is balanced accuracy."""
    return name.replace("_", " ")


def metric_label(metric: str, unit: str = "") -> str:
    """A metric as an axis names it: `AUROC per study`."""
    base = metric.removesuffix(AT_CHOSEN)
    label = METRICS[base].label if base in METRICS else plain_name(base)  # an epoch's `loss`, say
    name = label + (" (chosen threshold)" if base != metric else "")
    return f"{name} per {unit}" if unit else name


def part_label(body_part: str) -> str:
    """A body part as a panel's title."""
    return _PARTS.get(body_part, plain_name(body_part))


def size_label(train_size: int | str) -> str:
    """A training size of the grid: `3,000`, or `all` for `full`."""
    return "all" if train_size == "full" else f"{int(train_size):,}"


def styled(plot: Callable[[Drawn], Figure]) -> Callable[[Drawn], Figure]:
    """A `plot` method that draws in this style, whatever matplotlib's settings are."""

    @functools.wraps(plot)
    def drawn(figure: Drawn) -> Figure:
        with matplotlib.rc_context(RC):
            picture = plot(figure)
        for axis in picture.axes:  # ticks that are made later, when the picture is saved
            axis.tick_params(which="both", labelsize=SMALL)
        return picture

    return drawn
