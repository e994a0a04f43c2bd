"""A filled checklist as Markdown and as a Word document, whose table can be pasted into a manuscript."""

from collections.abc import Sequence
from pathlib import Path

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt
from docx.table import Table, _Cell, _Row

from results.checklists.checklist import NOT_IN_RECORDS, Checklist, FilledItem
from results.methods_text import references
from results.tables.markup import markdown_text

_TITLES = ("Item", "Section", "Asked for", "Answer", "In the report")
_WIDTHS = (1.3, 2.9, 4.2, 13.3, 3.0)  # cm, of a landscape page of A4 with margins of 2.5 cm
_STYLE, _SIZE = "Table Grid", 8.5  # of python-docx's template; points


def save_checklist(checklist: Checklist, items: Sequence[FilledItem], folder: Path) -> list[Path]:
    """Write NAME.docx and NAME.md below `folder`: a row per item, and what a person must write marked."""
    folder.mkdir(parents=True, exist_ok=True)
    word, markdown = (folder / f"{checklist.name}.{kind}" for kind in ("docx", "md"))
    _write_word(checklist, items, word)
    markdown.write_text(_markdown(checklist, items), encoding="utf-8", newline="\n")
    return [word, markdown]


def _about(checklist: Checklist) -> str:
    return (
        f"{checklist.title} ({references()[checklist.citation].short}), filled from the records of a study; "
        f"items are paraphrased. A person writes what stands after “{NOT_IN_RECORDS}”."
    )


def _markdown(checklist: Checklist, items: Sequence[FilledItem]) -> str:
    lines = [_TITLES, ["---"] * len(_TITLES), *(_cells(filled) for filled in items)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"# {checklist.title}\n\n{markdown_text(_about(checklist))}\n\n{table}\n"


def _cells(filled: FilledItem) -> list[str]:
    item = filled.item
    plain = [item.number, item.section, item.topic]
    missing = f"**{markdown_text(filled.missing)}**" if filled.missing else ""
    answer = " ".join(filter(None, (markdown_text(filled.text), missing)))
    return [*map(markdown_text, plain), answer, markdown_text("; ".join(filled.where))]


def _write_word(checklist: Checklist, items: Sequence[FilledItem], path: Path) -> None:
    document = Document()
    document.core_properties.title = checklist.title
    document.core_properties.author = document.core_properties.comments = ""  # the template's own
    page = document.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = Cm(2.5)
    document.add_heading(checklist.title, level=1)
    document.add_paragraph(_about(checklist))
    table = document.add_table(rows=1 + len(items), cols=len(_TITLES), style=_STYLE)
    table.autofit = False
    _repeat(table.rows[0])
    for cell, title in zip(table.rows[0].cells, _TITLES, strict=True):
        _add(cell, title, bold=True)
    for row, filled in zip(list(table.rows)[1:], items, strict=True):
        _fill(row, filled)
    _set_widths(table)
    document.save(str(path))


def _fill(row: _Row, filled: FilledItem) -> None:
    number, section, topic, answer, where = row.cells
    for cell, text in (
        (number, filled.item.number),
        (section, filled.item.section),
        (topic, filled.item.topic),
    ):
        _add(cell, text)
    if filled.text:
        _add(answer, filled.text)
    if filled.missing:
        _add(answer, (" " if filled.text else "") + filled.missing, marked=True)
    _add(where, "; ".join(filled.where))


def _add(cell: _Cell, text: str, *, bold: bool = False, marked: bool = False) -> None:
    run = cell.paragraphs[0].add_run(text)
    run.font.size, run.bold = Pt(_SIZE), bold
    if marked:
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _repeat(row: _Row) -> None:
    """Show a row again on each page that the table runs over."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _set_widths(table: Table) -> None:
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
