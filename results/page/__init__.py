"""One self-contained HTML page of prose, tables, figures and code; `render` returns its HTML."""

from results.page.blocks import (
    AnswerBlock,
    Block,
    CodeBlock,
    FigureBlock,
    Prose,
    ScatterBlock,
    Section,
    TableBlock,
)
from results.page.rendering import render

__all__ = [
    "AnswerBlock",
    "Block",
    "CodeBlock",
    "FigureBlock",
    "Prose",
    "ScatterBlock",
    "Section",
    "TableBlock",
    "render",
]
