"""Markdown tables of generated parts."""

from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """Plain text in one cell: what Markdown and HTML would take for their own is written out."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
    for sign in "*_[]":
        escaped = escaped.replace(sign, f"\\{sign}")
    return " ".join(escaped.split())


def code(text: object) -> str:
    """Text in one cell as code; empty text stays empty."""
    shown = str(text).replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
    return f"<code>{shown}</code>" if shown else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
