"""One self-contained HTML page of prose, tables, figures and code; `render` returns its HTML."""

from results.page.blocks import Block, CodeBlock, FigureBlock, Prose, ScatterBlock, Section, TableBlock
from results.page.rendering import render

__all__ = ["Block", "CodeBlock", "FigureBlock", "Prose", "ScatterBlock", "Section", "TableBlock", "render"]
