"""The cells of a page's table: the text that is shown and the value to sort by."""

import math
import numbers
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from results.tables.formatting import Formatted, Value
from results.tables.paper import STAR, PaperTable
from results.text import UNDEFINED_MARK, visible

_DECIMALS = 3
_SMALLEST = 0.5 * 10**-_DECIMALS  # smaller values would be shown as zero
_LARGEST_EXACT = 2**53  # JavaScript rounds larger integers
_INFINITE = sys.float_info.max  # JSON has no infinity


@dataclass(frozen=True)
class TableValue:
    """The text of one cell, and the value to sort by: numbers come before texts, None last."""

    text: str
    value: Value

    @property
    def number(self) -> bool:
        """Whether the value is a number."""
        return isinstance(self.value, (int, float))

    def compact(self) -> Any:
        """The value alone if its text is the same, else [value, text]; read by page.js."""
        plain = isinstance(self.value, str) or type(self.value) is int
        return self.value if plain and str(self.value) == self.text else [self.value, self.text]


@dataclass(frozen=True)
class TableColumn:
    """One column. `exact`: hover and CSV show the value rather than the text.

    Columns of a PaperTable are not exact, since their texts also hold intervals and marks.
    """

    name: str
    exact: bool
    cells: Sequence[TableValue]

    @property
    def number(self) -> bool:
        """Whether all known values are numbers, and there is one."""
        known = [cell for cell in self.cells if cell.value is not None]
        return bool(known) and all(cell.number for cell in known)

    def hover(self, cell: TableValue) -> str:
        """The full value of a cell if the text shows less of it, else nothing."""
        if not self.exact or not isinstance(cell.value, (int, float)) or abs(cell.value) >= _INFINITE:
            return ""
        full = repr(cell.value).removesuffix(".0")
        return full if full != cell.text else ""


def columns_of(table: pd.DataFrame | PaperTable) -> list[TableColumn]:
    """The columns of a table for a paper, or of a frame of values (its index first where that has a name)."""
    if isinstance(table, PaperTable):
        return [
            TableColumn(visible(title), False, [_printed(row[place]) for row in table.rows])
            for place, title in enumerate(table.titles)
        ]
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    return [
        TableColumn(_name(name), True, _values(table.iloc[:, at])) for at, name in enumerate(table.columns)
    ]


def _printed(cell: Formatted) -> TableValue:
    """The text of a cell, with a star for bold, and its value for JSON."""
    text = visible(cell.text) + (STAR if cell.bold and cell.text else "") + cell.mark
    text = cell.with_interval(text)
    return TableValue(text, None if cell.text == UNDEFINED_MARK else _value(cell.value))


def _value(value: Any) -> Value:
    if pd.isna(value):
        return None
    if isinstance(value, numbers.Integral):
        return int(value) if abs(int(value)) <= _LARGEST_EXACT else float(value)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else math.copysign(_INFINITE, value)
    return visible(str(value))


def _name(name: Any) -> str:
    parts = name if isinstance(name, tuple) else (name,)
    return visible(" · ".join(str(part) for part in parts if str(part)))


def _values(series: "pd.Series[Any]") -> list[TableValue]:
    whole = series.dtype.kind == "f" and series.hasnans and _all_whole(series.dropna())
    return [_cell(value, whole=whole) for value in series.astype(object).tolist()]


def _all_whole(known: Iterable[float]) -> bool:
    """Whether all values are integers, which pandas stores as floats when one is missing."""
    return all(float(value).is_integer() for value in known)


def _cell(value: Any, *, whole: bool) -> TableValue:
    if not pd.api.types.is_scalar(value):
        return TableValue(visible(str(value)), visible(str(value)))
    if pd.isna(value):
        return TableValue(UNDEFINED_MARK, None)
    if pd.api.types.is_bool(value):
        return TableValue("yes" if value else "no", "yes" if value else "no")
    if isinstance(value, numbers.Real):
        value = round(float(value)) if whole else value
        text = _integer_text(value) if isinstance(value, numbers.Integral) else _real_text(float(value))
        return TableValue(text, _value(value))
    return TableValue(visible(str(value)), visible(str(value)) or None)


def _integer_text(value: Any) -> str:
    return f"{value:,}" if abs(value) >= 10_000 else str(value)


def _real_text(value: float) -> str:
    if math.isinf(value):
        return str(value)
    return f"{value:.2g}" if 0 < abs(value) < _SMALLEST else f"{value:,.{_DECIMALS}f}"
