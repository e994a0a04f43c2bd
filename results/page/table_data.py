"""A frame as the cells of a page: the text that is shown, and the value that sorts."""

import math
import numbers
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

MISSING = "–"
_DECIMALS = 3
_SMALLEST = 0.5 * 10**-_DECIMALS  # below, three decimals show nothing
_LARGEST_EXACT = 2**53  # beyond, the browser rounds integers
_INFINITE = sys.float_info.max  # JSON knows no infinity
_LEADING_NUMBER = re.compile(r"[<>≤≥]?\s*([+−-]?\d[\d,]*(?:\.\d+)?)(?=$|\s*[\[(%±*†‡★])")

Value = float | str | None


@dataclass(frozen=True)
class Cell:
    """What one cell shows and what it sorts by: numbers, then text, then nothing (None)."""

    text: str
    value: Value

    @property
    def number(self) -> bool:
        """Whether it sorts as a number."""
        return isinstance(self.value, (int, float))

    def compact(self) -> Any:
        """The value where it says all, else [value, text], as page.js reads it."""
        plain = isinstance(self.value, str) or type(self.value) is int
        return self.value if plain and str(self.value) == self.text else [self.value, self.text]


@dataclass(frozen=True)
class Column:
    """One column. `number`: all its values are; `exact`: they hold more than the text does."""

    name: str
    number: bool
    exact: bool
    cells: Sequence[Cell]

    def hover(self, cell: Cell) -> str:
        """The full value of a cell that shows less of it, else nothing."""
        if not self.exact or not isinstance(cell.value, (int, float)) or abs(cell.value) >= _INFINITE:
            return ""
        full = repr(cell.value).removesuffix(".0")
        return full if full != cell.text else ""


def columns_of(frame: pd.DataFrame) -> list[Column]:
    """The columns of a frame, its index first where that has a name."""
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    return [_column(_name(name), frame.iloc[:, place]) for place, name in enumerate(frame.columns)]


def _name(name: Any) -> str:
    parts = name if isinstance(name, tuple) else (name,)
    return " · ".join(str(part) for part in parts if str(part))


def _column(name: str, series: "pd.Series[Any]") -> Column:
    values = series.astype(object).tolist()
    whole = series.dtype.kind == "f" and series.hasnans and _all_whole(series.dropna())
    cells = [_cell(value, whole=whole, is_p=_is_p(name)) for value in values]
    known = [cell for cell in cells if cell.value is not None]
    exact = not any(isinstance(value, str) and cell.number for value, cell in zip(values, cells, strict=True))
    return Column(name, bool(known) and all(cell.number for cell in known), exact, cells)


def _all_whole(known: Iterable[float]) -> bool:
    """Integers that pandas keeps as floats because one of them is missing."""
    return all(float(value).is_integer() for value in known)


def _is_p(name: str) -> bool:
    """Whether a column holds p-values, by its name: p, p_holm, adjusted p."""
    return "p" in re.split(r"[^a-z]+", name.lower())


def _cell(value: Any, *, whole: bool, is_p: bool) -> Cell:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return Cell(MISSING, None)
    if pd.api.types.is_bool(value):
        return Cell("yes" if value else "no", "yes" if value else "no")
    if isinstance(value, numbers.Integral):
        return _integer(int(value))
    if isinstance(value, numbers.Real):
        return _integer(round(float(value))) if whole else _real(float(value), is_p)
    return _text(str(value))


def _integer(value: int) -> Cell:
    text = f"{value:,}" if abs(value) >= 10_000 else str(value)
    return Cell(text, value if abs(value) <= _LARGEST_EXACT else float(value))


def _real(value: float, is_p: bool) -> Cell:
    if math.isinf(value):
        return Cell(str(value), math.copysign(_INFINITE, value))
    if is_p and 0 <= value < 0.001:
        return Cell("<0.001", value)
    if 0 < abs(value) < _SMALLEST:
        return Cell(f"{value:.2g}", value)
    return Cell(f"{value:,.{_DECIMALS}f}", value)


def _text(text: str) -> Cell:
    if not text.strip():
        return Cell("", None)
    found = _LEADING_NUMBER.match(text)
    return Cell(text, float(found[1].replace(",", "").replace("−", "-")) if found else text)
