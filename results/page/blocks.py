"""The blocks that a page is built from, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from results.tables.paper import PaperTable
from results.text import for_file_name


@dataclass(frozen=True)
class Prose:
    """Paragraphs and lists in Markdown: `**bold**`, `` `code` ``, `[words](#section)` or `(https://…)`.

    HTML is shown as text. Text that a user typed goes through `results.text.for_markdown` first.
    """

    text: str


@dataclass(frozen=True, eq=False)
class TableBlock:
    """A table with search and sort: a table for a paper, or a frame of values.

    `files`: {words: file name relative to the page}, shown as links.
    """

    table: pd.DataFrame | PaperTable
    caption: str
    note: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class FigureBlock:
    """A picture (PNG bytes or file) that can be enlarged, with its numbers and files as in TableBlock."""

    png: bytes | Path
    frame: pd.DataFrame
    caption: str
    alt: str
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CodeBlock:
    """Verbatim text, such as the grid file."""

    text: str
    caption: str


Block = Prose | TableBlock | FigureBlock | CodeBlock


@dataclass(frozen=True)
class Section:
    """A heading with the blocks below it."""

    title: str
    blocks: Sequence[Block]

    @property
    def id(self) -> str:
        """The title as the id of an HTML element: `What was left out` becomes what-was-left-out."""
        return for_file_name(self.title)
