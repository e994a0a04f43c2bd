"""The written figures and tables as blocks of a page, in the detail that keeps the page small."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from benchmark.reporting.figure_files import Drawn
from benchmark.reporting.tables import Written
from results.labels import plain_name
from results.page import Block, FigureBlock, Prose, TableBlock
from results.page.pictures import as_photograph
from results.tables.paper import STAR
from results.text import for_markdown


class Detail(NamedTuple):
    """How much of its pictures and tables a page holds."""

    width: int  # pixels across a figure with radiographs
    points: int  # of an embedding
    thumbnails: int  # of them
    rows: int  # of a table, and of the values under a chart


# Tried in this order until the page is below its limit; chosen by hand.
DETAILS = (
    Detail(1440, 3000, 300, 100_000),
    Detail(960, 2000, 100, 1000),
    Detail(720, 1000, 0, 150),
)


@dataclass(frozen=True)
class Parts:
    """The written figures and tables, selected by the start of their names, as blocks of this detail."""

    folder: Path
    drawn: Sequence[Drawn]
    written: Sequence[Written]
    detail: Detail

    def figures(self, *starts: str) -> list[Block]:
        """Charts, in few colours."""
        return [self._figure(one) for one in self.named(*starts)]

    def photographs(self, *starts: str) -> list[Block]:
        """Figures with radiographs, as wide as the detail allows."""
        return [self._figure(one, photograph=True) for one in self.named(*starts)]

    def figures_with(self, part: str) -> list[Block]:
        """Charts by a part of their names."""
        return [self._figure(one) for one in self.drawn if one.files and part in one.name]

    def named(self, *starts: str) -> list[Drawn]:
        """The figures that were drawn."""
        return [one for one in self.drawn if one.files and one.name.startswith(starts)]

    def lacking(self, *starts: str) -> list[Block]:
        """A line for each reason why such figures could not be drawn."""
        reasons = {one.reason: "" for one in self.drawn if one.reason and one.name.startswith(starts)}
        return [Prose(for_markdown(f"Not shown: {reason}.")) for reason in reasons]

    def tables(self, *starts: str) -> list[Block]:
        """Tables that were written."""
        return [self._table(one) for one in self.written if one.table and one.name.startswith(starts)]

    def _figure(self, drawn: Drawn, photograph: bool = False) -> Block:
        _, png, _ = drawn.files
        return FigureBlock(
            picture=as_photograph(png, self.detail.width) if photograph else drawn.chart,
            frame=drawn.frame.head(self.detail.rows),
            caption=for_markdown(drawn.caption) + self._cut(len(drawn.frame)),
            alt=f"{plain_name(drawn.name)}: the numbers stand below, under values",
            files=self.links(drawn.files),
        )

    def _table(self, written: Written) -> Block:
        assert written.table is not None
        table = written.table
        note = table.note.replace("Bold:", f"{STAR}:")
        shown = replace(table, rows=table.rows[: self.detail.rows])
        note = for_markdown(note) + self._cut(len(table.rows))
        return TableBlock(shown, for_markdown(table.caption), note, self.links(written.files))

    def _cut(self, rows: int) -> str:
        """A sentence about the rows that the page leaves out; empty where it has all of them."""
        if rows <= self.detail.rows:
            return ""
        return f" Values of {self.detail.rows:,} of {rows:,} rows; the files have all of them."

    def links(self, files: Sequence[Path]) -> dict[str, str]:
        """Files by the words of their links."""
        words = {".tex": "LaTeX", ".md": "Markdown"}
        return {
            words.get(path.suffix, path.suffix[1:].upper()): path.relative_to(self.folder).as_posix()
            for path in files
        }
