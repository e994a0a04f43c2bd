"""The blocks that a page is built from, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from results.figures.marks import Mark
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
    """A picture (PNG or JPEG, bytes or file) that can be enlarged; numbers and files as in TableBlock."""

    picture: bytes | Path
    frame: pd.DataFrame
    caption: str
    alt: str
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ScatterBlock:
    """Points in the plane of two columns of `frame`; under a pointer each tells its other columns.

    `marks`: for each column that may colour the points {value: mark}, in the order of the legend; values
    without a mark have that of `others`. `axes` are the titles of x and y. `thumbnails`: JPEG bytes by the
    place of a row, shown beside what the point tells.
    """

    frame: pd.DataFrame
    x: str
    y: str
    axes: tuple[str, str]
    marks: Mapping[str, Mapping[str, Mark]]
    others: str
    caption: str
    files: Mapping[str, str] = field(default_factory=dict)
    thumbnails: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class CodeBlock:
    """Verbatim text, such as the grid file."""

    text: str
    caption: str


@dataclass(frozen=True)
class AnswerBlock:
    """The first screen: an answer in a sentence (Markdown), a row for each case and one picture.

    `copies`: {words of a button: id of the section whose text it copies}.
    """

    sentence: str
    table: TableBlock | None = None
    figure: FigureBlock | None = None
    copies: Mapping[str, str] = field(default_factory=dict)


Block = AnswerBlock | Prose | TableBlock | FigureBlock | ScatterBlock | CodeBlock


@dataclass(frozen=True)
class Section:
    """A heading with the blocks below it."""

    title: str
    blocks: Sequence[Block]

    @property
    def id(self) -> str:
        """The title as the id of an HTML element: `What was left out` becomes what-was-left-out."""
        return for_file_name(self.title)
