"""The Word document of a checklist: a table with a row per item, and what is left to write marked."""

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX

from results.checklists import CHECKLISTS, NOT_IN_RECORDS, filled, save_checklist
from tests.results.checklists.study import study


@pytest.fixture(scope="module", params=CHECKLISTS, ids=lambda checklist: checklist.name)
def saved(request, tmp_path_factory):
    checklist = request.param
    items = filled(checklist, study())
    word, _ = save_checklist(checklist, items, tmp_path_factory.mktemp("lists") / "new")
    return checklist, items, Document(str(word))


def test_word_has_a_row_per_item_below_its_head(saved):
    checklist, items, document = saved
    (table,) = document.tables
    assert len(table.rows) == 1 + len(checklist.items)
    head, *rows = ([cell.text for cell in row.cells] for row in table.rows)
    assert head == ["Item", "Section", "Asked for", "Answer", "In the report"]
    for row, item in zip(rows, items, strict=True):
        assert row[:3] == [item.item.number, item.item.section, item.item.topic]
        assert row[3] == " ".join(filter(None, (item.text, item.missing)))
        assert row[4] == "; ".join(item.where)


def test_what_a_person_must_write_is_marked_in_word(saved):
    document = saved[2]
    for row in list(document.tables[0].rows)[1:]:
        for run in row.cells[3].paragraphs[0].runs:
            marked = run.font.highlight_color == WD_COLOR_INDEX.YELLOW
            assert marked == run.text.strip().startswith(NOT_IN_RECORDS)


def test_the_document_names_its_checklist_and_nobody_else(saved):
    checklist, _, document = saved
    assert document.core_properties.title == checklist.title
    assert document.core_properties.author == document.core_properties.comments == ""
    assert "et al. 2024" in document.paragraphs[1].text


def test_the_same_checklist_gives_the_same_bytes(tmp_path, monkeypatch):
    checklist = CHECKLISTS[0]
    items = filled(checklist, study())
    first, _ = save_checklist(checklist, items, tmp_path / "first")
    monkeypatch.setattr("time.time", lambda: 2e9)  # zip files hold times of two seconds' precision
    second, _ = save_checklist(checklist, items, tmp_path / "second")
    assert first.read_bytes() == second.read_bytes()
