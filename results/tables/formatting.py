"""Values of a table as a paper prints them: decimals, signs, intervals, p-values, bold and marks."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from results.labels import plain_name
from results.names import CHOSEN
from results.text import DAGGER, MINUS, UNDEFINED_MARK

BEST, CLOSE = "best", "close"  # values of `standing`: the best, not distinguished from it (not: equal to it)
CHOSEN_SIDES = (
    "Frozen and hand-crafted: the classifier (and descriptor) that the training folds of each seed chose."
)
_CHOSEN_NOTE = (
    "Chosen: the classifier (hand-crafted: and descriptor) with the best AUROC on the training folds."
)
_LEAST_P = 0.001  # smaller ones are printed as `<0.001`, as is usual in medical journals

Row = Mapping[str, Any]
Value = float | str | None


class Formatted(NamedTuple):
    """One table cell: text, interval in brackets, bold, a mark after the text, and the value to sort by.

    `value` is None (or NaN) where the cell is empty or undefined.
    """

    text: str
    interval: str = ""
    bold: bool = False
    mark: str = ""
    value: Value = None

    def with_interval(self, text: str) -> str:
        """`text` (this cell's, marked up in some way), then the interval if there is one."""
        return f"{text} {self.interval}" if self.interval else text


def number(value: float | None, decimals: int = 3) -> str:
    """A number with its decimals and commas; `–` where undefined."""
    return UNDEFINED_MARK if pd.isna(value) else f"{value:,.{decimals}f}".replace("-", MINUS)


count = partial(number, decimals=0)
two_decimals = partial(number, decimals=2)


def signed(value: float | None, decimals: int = 3) -> str:
    """A difference with its sign."""
    return UNDEFINED_MARK if pd.isna(value) else f"{value:+,.{decimals}f}".replace("-", MINUS)


def amount(value: float | None) -> str:
    """Three significant digits, and every digit before the point."""
    if pd.isna(value):
        return UNDEFINED_MARK
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}".replace("-", MINUS)


def p_text(p: float | None) -> str:
    """Three decimals, `<0.001` below them."""
    return f"<{_LEAST_P}" if p is not None and p < _LEAST_P else number(p)


def method_label(method: str) -> str:
    """A method `backbone · classifier` with the classifier in words; networks keep their names."""
    backbone, dot, classifier = method.partition(" · ")
    return backbone + dot + plain_name(classifier)


def chosen_note(classifiers: Iterable[str]) -> str:
    """The explanation of CHOSEN for a table's note, if it is among the classifiers."""
    return _CHOSEN_NOTE if CHOSEN in set(classifiers) else ""


def interval_text(row: Row, show: Callable[[float], str] = number) -> str:
    """`[0.851, 0.893]` of `low` and `high`; empty where both are undefined."""
    if pd.isna(row["low"]) and pd.isna(row["high"]):
        return ""
    return f"[{show(row['low'])}, {show(row['high'])}]"


def score(row: Row) -> Formatted:
    """`value` with its interval; the best `standing` is bold, a close one has a dagger."""
    value, standing = row["value"], row.get("standing")
    mark = DAGGER if standing == CLOSE else ""
    return Formatted(number(value), interval_text(row), standing == BEST, mark, value)


def difference(row: Row, name: str = "difference") -> Formatted:
    """A signed difference with its interval."""
    return Formatted(signed(row[name]), interval_text(row, signed), value=row[name])
