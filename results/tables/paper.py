"""A table for a paper: numbers as they are for CSV, and as they are printed for Markdown and LaTeX."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from results.frames import records
from results.tables.formatting import Cell, Row
from results.tables.latex import latex_table
from results.tables.markup import UNDEFINED, markdown_text

TEXT, NUMBER = "l", "r"
STAR = "★"  # where type cannot be bold


class Column(NamedTuple):
    """A printed column: its title (`\\n` breaks it in LaTeX), what it says of a row, and TEXT or NUMBER."""

    title: str
    cell: Callable[[Row], Cell | str]
    align: str = NUMBER


@dataclass(frozen=True)
class PaperTable:
    """`frame` holds the numbers in full (one value a column), the other fields what is printed.

    `name` is the name of the files and, after `tab:`, the LaTeX label. With `sectioned` the first column
    is a heading over the rows that share it, in LaTeX.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    titles: Sequence[str]
    aligns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    sectioned: bool = False

    def markdown(self) -> str:
        """A pipe table with its caption above and its note below; bold and daggers as in LaTeX."""
        head = [markdown_text(title) for title in self.titles]
        rule = ["---:" if align == NUMBER else "---" for align in self.aligns]
        lines = [head, rule, *([_markdown_cell(cell) for cell in row] for row in self.rows)]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        note = f"\n\n{markdown_text(self.note)}" if self.note else ""
        return f"**{markdown_text(self.caption)}**\n\n{table}{note}\n"

    def printed(self) -> pd.DataFrame:
        """What Markdown and LaTeX print, as text, for a page without bold type: the best has a star."""
        titles = [title.replace("\n", " ") for title in self.titles]
        return pd.DataFrame([[_plain_cell(cell) for cell in row] for row in self.rows], columns=titles)

    def latex(self) -> str:
        """A `table` or, where it is long, a `longtable`, to `\\input` in a paper; booktabs rules."""
        return latex_table(
            self.name, self.caption, self.titles, self.aligns, self.rows, self.note, self.sectioned
        )


def paper_table(
    name: str,
    caption: str,
    frame: pd.DataFrame,
    columns: Iterable[Column],
    *,
    rows: Iterable[Row] | None = None,
    note: str = "",
    sectioned: bool = False,
) -> PaperTable:
    """A table of these columns, a line per row of the frame, or of `rows` where lines are something else."""
    columns, lines = list(columns), records(frame) if rows is None else list(rows)
    printed = [[_as_cell(column.cell(line)) for column in columns] for line in lines]
    titles, aligns = [column.title for column in columns], [column.align for column in columns]
    return PaperTable(name, caption, frame, titles, aligns, printed, note, sectioned)


def save_table(table: PaperTable, folder: Path) -> list[Path]:
    """Write NAME.csv, NAME.md and NAME.tex; the same table gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"csv": table.frame.to_csv(index=False), "md": table.markdown(), "tex": table.latex()}
    paths = [folder / f"{table.name}.{kind}" for kind in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8", newline="\n")
    return paths


def file_name(*parts: str) -> str:
    """Names as the name of a file and of a LaTeX label."""
    slugs = (re.sub("[^A-Za-z0-9]+", "-", part).strip("-").lower() for part in parts)
    return "_".join(filter(None, slugs))


def sentences(*parts: str) -> str:
    """A note of those parts that say something."""
    return " ".join(filter(None, parts))


def _as_cell(cell: Cell | str) -> Cell:
    return Cell(cell) if isinstance(cell, str) else cell


def _plain_cell(cell: Cell) -> str | None:
    text = cell.text + (STAR if cell.bold else "") + cell.mark
    return None if text == UNDEFINED else " ".join(filter(None, [text, cell.interval]))


def _markdown_cell(cell: Cell) -> str:
    text = markdown_text(cell.text)
    text = f"**{text}**" if cell.bold and text else text
    return " ".join(filter(None, [text + cell.mark, cell.interval]))
