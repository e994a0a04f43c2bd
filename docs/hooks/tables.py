"""Markdown tables of generated parts."""

from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """Plain text in one cell, with `code` as such; signs of Markdown and HTML are written out."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:  # a sign of its own
        return _plain(text)
    return "".join(code(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;").replace("{", "&#123;")
    for sign in "*_[]`":
        escaped = escaped.replace(sign, f"\\{sign}")
    return escaped


def code(text: object) -> str:
    """Text in one cell as code; empty text stays empty."""
    shown = str(text).replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
    shown = shown.replace("{", "&#123;").replace("*", "&#42;")
    return f"<code>{shown}</code>" if shown else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
