"""The columns of a table: titles, formatting of values and alignment."""

from collections.abc import Callable
from typing import Any, NamedTuple

from results.labels import look_of, part_label, size_label
from results.tables.formatting import Formatted, Row, number

TEXT, NUMBER = "l", "r"  # alignment, as LaTeX has it


class Column(NamedTuple):
    """A column: its title (`\\n` breaks it in LaTeX), the cell of a row, and TEXT or NUMBER alignment."""

    title: str
    cell: Callable[[Row], Formatted]
    align: str = NUMBER


def text_column(title: str, name: str, show: Callable[[Any], str] = str) -> Column:
    """A column of the texts `show(row[name])`, sorted as text."""

    def cell(row: Row) -> Formatted:
        text = show(row[name])
        return Formatted(text, value=text or None)

    return Column(title, cell, TEXT)


def number_column(
    title: str,
    name: str,
    show: Callable[[Any], str] = number,
    bold: Callable[[Row], bool] = lambda _: False,
    mark: Callable[[Row], str] = lambda _: "",
) -> Column:
    """A column of the values `row[name]`, printed by `show`; some bold or with a mark."""
    return Column(title, lambda row: Formatted(show(row[name]), "", bold(row), mark(row), row[name]))


PART = text_column("body part", "body_part", part_label)
STRATEGY = text_column("strategy", "strategy", lambda strategy: look_of(strategy).label)
BACKBONE = text_column("backbone", "backbone")
IMAGES = number_column("images", "train_size", size_label)
