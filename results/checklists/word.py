"""A filled checklist as a Word document with one table; apart, since python-docx is slow to import."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt
from docx.table import Table, _Cell, _Row

from results.checklists.checklist import FilledItem
from results.text import visible

_WIDTHS = (1.3, 2.9, 4.2, 13.3, 3.0)  # cm, of a landscape page of A4 with margins of 2.5 cm
_STYLE, _SIZE = "Table Grid", 8.5  # of python-docx's template; points


def write_word(
    title: str, about: str, titles: Sequence[str], items: Sequence[FilledItem], path: Path
) -> None:
    """Write a heading, a paragraph and the table; what a person must write is highlighted.

    `titles` are those of the five columns: number, section, topic, answer and place in the report.
    """
    document = Document()
    document.core_properties.title = title
    document.core_properties.author = document.core_properties.comments = ""  # the template's own
    page = document.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = Cm(2.5)
    document.add_heading(title, level=1)
    document.add_paragraph(about)
    table = document.add_table(rows=1 + len(items), cols=len(titles), style=_STYLE)
    table.autofit = False
    _repeat(table.rows[0])
    for cell, title in zip(table.rows[0].cells, titles, strict=True):
        _add(cell, title, bold=True)
    for row, filled in zip(list(table.rows)[1:], items, strict=True):
        _fill(row, filled)
    _set_widths(table)
    path.write_bytes(_undated(document))


def _undated(document: DocumentObject) -> bytes:
    """The file without the time at which it was written, so that the same checklist gives the same bytes."""
    dated, undated = BytesIO(), BytesIO()
    document.save(dated)
    with ZipFile(dated) as parts, ZipFile(undated, "w", ZIP_DEFLATED) as written:
        for part in parts.infolist():
            written.writestr(ZipInfo(part.filename), parts.read(part), ZIP_DEFLATED)
    return undated.getvalue()


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
    run = cell.paragraphs[0].add_run((" " if text.startswith(" ") else "") + visible(text))
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
