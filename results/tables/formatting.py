"""One cell of a table for a paper: its text, its interval beneath or beside it, and how it is marked."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from results.figures.style import plain_name
from results.tables.markup import DAGGER, MINUS, UNDEFINED

BEST, CLOSE = "best", "close"  # standings
CHOSEN = "chosen"  # in the place of a classifier: the one that the training folds of each seed chose
CHOSEN_SIDES = (
    "Frozen and hand-crafted: the classifier (and descriptor) that the training folds of each seed chose."
)
_CHOSEN_NOTE = (
    "Chosen: the classifier (hand-crafted: and descriptor) with the best AUROC on the training folds."
)
_LEAST_P = 0.001

Row = Mapping[str, Any]


class Cell(NamedTuple):
    """What is printed; `interval` is in brackets, `mark` a sign after the number."""

    text: str
    interval: str = ""
    bold: bool = False
    mark: str = ""


def number(value: float | None, decimals: int = 3) -> str:
    """A number with its decimals and commas; `–` where undefined."""
    return UNDEFINED if pd.isna(value) else f"{value:,.{decimals}f}".replace("-", MINUS)


def signed(value: float | None, decimals: int = 3) -> str:
    """A difference with its sign."""
    return UNDEFINED if pd.isna(value) else f"{value:+,.{decimals}f}".replace("-", MINUS)


def amount(value: float | None) -> str:
    """Three significant digits, and every digit before the point."""
    if pd.isna(value):
        return UNDEFINED
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}".replace("-", MINUS)


def method_label(method: str) -> str:
    """A method `backbone · classifier` with the classifier in words; networks keep their names."""
    backbone, dot, classifier = method.partition(" · ")
    return backbone + dot + plain_name(classifier)


def chosen_note(classifiers: Iterable[str]) -> str:
    """What CHOSEN means, where it is among them."""
    return _CHOSEN_NOTE if CHOSEN in set(classifiers) else ""


def percent(share: float) -> str:
    """A share in hundredths: `95 %`."""
    return f"{share * 100:g} %"


def p_text(p: float | None) -> str:
    """Three decimals, `<0.001` below them."""
    return f"<{_LEAST_P}" if p is not None and p < _LEAST_P else number(p)


def interval_text(row: Row, show: Callable[[float], str] = number) -> str:
    """`[0.851, 0.893]` of `low` and `high`; empty where both are undefined."""
    if pd.isna(row["low"]) and pd.isna(row["high"]):
        return ""
    return f"[{show(row['low'])}, {show(row['high'])}]"


def score(row: Row) -> Cell:
    """A value with its interval; the best of its `standing` bold, a close one with a dagger."""
    standing = row.get("standing")
    text, mark = number(row["value"]), DAGGER if standing == CLOSE else ""
    return Cell(text, interval_text(row), standing == BEST, mark)


def difference(row: Row) -> Cell:
    """A difference and its bounds, with their signs."""
    return Cell(signed(row["difference"]), interval_text(row, signed))
