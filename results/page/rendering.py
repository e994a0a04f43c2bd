"""Render a page as one self-contained HTML file: no network, no other file."""

import base64
import hashlib
import itertools
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from results.page.blocks import FigureBlock, ScatterBlock, Section
from results.page.pictures import address_of, size_of
from results.page.prose import inline, paragraphs
from results.page.table_data import TableColumn, columns_of
from results.tables.paper import PaperTable
from results.text import for_html, visible

SHOWN = 200  # rows that are shown at first; the others are found by search; chosen by hand
_SCREEN_SCALE = 2  # pixels of a picture per CSS pixel, so that it is sharp and about as large as in print


def render(title: str, subtitle: str, sections: Sequence[Section]) -> str:
    """The HTML of a page with a table of contents, by the template beside this module.

    Raises ValueError for two sections of one title, a link to or a copy of a missing section, a picture
    that is not a PNG, and a file that is not named relative to the page.
    """
    ids = [section.id for section in sections]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ValueError(f"two sections are called '{twice[0]}': their titles must differ")
    style, script = _asset("page.css"), _asset("page.js") + _asset("scatter.js")
    return (
        _environment(frozenset(ids))
        .from_string(_asset("page.html.j2"))
        .render(
            title=title,
            subtitle=subtitle,
            sections=sections,
            style=Markup(style),
            script=Markup(script),
            policy=Markup(_policy(style, script)),
        )
    )


def _environment(sections: Collection[str]) -> Environment:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown
    )
    environment.filters |= {
        "inline": partial(inline, sections=sections),
        "paragraphs": partial(paragraphs, sections=sections),
        "picture": _picture,
        "scatter": _scatter,
        "table": _table,
        "breakable": _breakable,
        "links": _links,
        "known": partial(_known, sections=sections),
        "kind": lambda block: type(block).__name__,
        "next": next,
    }
    environment.globals["figure_numbers"] = itertools.count(1)
    environment.globals["table_numbers"] = itertools.count(1)
    return environment


def _known(section: str, sections: Collection[str]) -> str:
    """The id of a section whose text is copied."""
    if section not in sections:
        raise ValueError(f"no section '{section}' to copy; there are {', '.join(sections)}")
    return section


def _shown(value: Any) -> Any:
    """What an expression of the template prints: texts pass `for_html`, markup is that of this package."""
    return for_html(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _asset(name: str) -> str:
    return (files("results.page") / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Content security policy: this style, this script and embedded pictures; nothing else."""
    styled, scripted = (
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in (style, script)
    )
    return f"default-src 'none'; img-src data:; style-src {styled}; script-src {scripted}"


def _picture(figure: FigureBlock) -> Mapping[str, Any]:
    """The picture as a data address, with its size on the page (pixels)."""
    data = figure.picture.read_bytes() if isinstance(figure.picture, Path) else figure.picture
    try:
        width, height = size_of(data)
    except ValueError as error:
        raise ValueError(f"the picture of '{figure.caption}' {error}") from None
    return {"address": address_of(data), "width": width // _SCREEN_SCALE, "height": height // _SCREEN_SCALE}


def _scatter(block: ScatterBlock) -> Markup:
    """What scatter.js needs besides the table of the points; names as that table has them."""
    plane = (block.x, block.y)
    content = {
        "x": visible(block.x),
        "y": visible(block.y),
        "axes": [visible(title) for title in block.axes],
        "told": [visible(str(name)) for name in block.frame.columns if name not in plane],
        "marks": {
            visible(column): {visible(value): mark for value, mark in marks.items()}
            for column, marks in block.marks.items()
        },
        "others": visible(block.others),
        "thumbnails": {
            place: base64.b64encode(picture).decode() for place, picture in block.thumbnails.items()
        },
    }
    return _json(content)


def _table(table: pd.DataFrame | PaperTable) -> dict[str, Any]:
    """The columns, the rows that are drawn at first, and all rows as JSON that is safe within HTML."""
    columns = columns_of(table)
    rows = len(table.rows if isinstance(table, PaperTable) else table)
    first = [[(column, column.cells[row]) for column in columns] for row in range(min(SHOWN, rows))]
    return {"columns": columns, "rows": rows, "first": first, "json": _columns(columns)}


def _columns(columns: Sequence[TableColumn]) -> Markup:
    content = [
        {
            "name": column.name,
            "number": column.number,
            "exact": column.exact,
            "cells": [cell.compact() for cell in column.cells],
        }
        for column in columns
    ]
    return _json(content)


def _json(content: Any) -> Markup:
    """JSON that is safe within a script element."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


def _breakable(text: str) -> Markup:
    """A name with possible line breaks after underscores and slashes, as in page.js."""
    return Markup("<wbr>").join(re.split(r"(?<=[_/])(?=[A-Za-z])", text))


def _links(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(words, address) of files beside the page."""
    for words, name in names.items():
        parts = urlsplit(name)
        if parts.scheme or parts.netloc or Path(name).is_absolute() or "\\" in name:
            raise ValueError(f"file names must be relative to the page, not '{name}'")
        yield words, quote(name)
