"""A table for a paper: its values (CSV, page) and its printed form (Markdown, LaTeX)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from results.frames import csv_text, records
from results.tables.columns import NUMBER, Column
from results.tables.formatting import Formatted, Row
from results.tables.latex import latex_table
from results.text import markdown_cell

STAR = "★"  # marks bold values where bold type is not possible


@dataclass(frozen=True)
class PaperTable:
    """`frame` holds the full-precision values (one value per column), `rows` the printed cells.

    `name` is the file name and, after `tab:`, the LaTeX label. With `sectioned`, LaTeX prints the first
    column as a heading over the rows that share it.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    titles: Sequence[str]
    aligns: Sequence[str]
    rows: Sequence[Sequence[Formatted]]
    note: str = ""
    sectioned: bool = False

    def markdown(self) -> str:
        """A pipe table with its caption above and its note below; bold and marks as in LaTeX."""
        head = [markdown_cell(title) for title in self.titles]
        rule = ["---:" if align == NUMBER else "---" for align in self.aligns]
        lines = [head, rule, *([_markdown_cell(cell) for cell in row] for row in self.rows)]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        note = f"\n\n{markdown_cell(self.note)}" if self.note else ""
        return f"**{markdown_cell(self.caption)}**\n\n{table}{note}\n"

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
    """Build a table with one line per row of the frame, or per item of `rows` when given."""
    columns, lines = list(columns), records(frame) if rows is None else list(rows)
    printed = [[column.cell(line) for column in columns] for line in lines]
    titles, aligns = [column.title for column in columns], [column.align for column in columns]
    return PaperTable(name, caption, frame, titles, aligns, printed, note, sectioned)


def save_table(table: PaperTable, folder: Path) -> list[Path]:
    """Write NAME.csv, NAME.md and NAME.tex; the same table gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"csv": csv_text(table.frame), "md": table.markdown(), "tex": table.latex()}
    paths = [folder / f"{table.name}.{kind}" for kind in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8", newline="\n")
    return paths


def sentences(*parts: str) -> str:
    """The parts that are not empty, as one note."""
    return " ".join(filter(None, parts))


def _markdown_cell(cell: Formatted) -> str:
    text = markdown_cell(cell.text)
    text = f"**{text}**" if cell.bold and text else text
    return cell.with_interval(text + cell.mark)
