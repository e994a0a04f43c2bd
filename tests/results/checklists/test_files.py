"""The files of a checklist: Word and Markdown, with the same rows."""

import pytest
from docx import Document

from results.checklists import CHECKLISTS, NOT_IN_RECORDS, filled, save_checklist
from tests.results.checklists.study import study


@pytest.mark.parametrize("checklist", CHECKLISTS, ids=lambda checklist: checklist.name)
def test_markdown_and_word_have_the_same_rows(checklist, tmp_path):
    word, markdown = save_checklist(checklist, filled(checklist, study()), tmp_path / "new")
    assert (word.name, markdown.name) == (f"{checklist.name}.docx", f"{checklist.name}.md")
    text = markdown.read_text(encoding="utf-8")
    head, _, *lines = [line for line in text.splitlines() if line.startswith("| ")]
    numbers = [line.split(" | ")[0].removeprefix("| ") for line in lines]
    assert numbers == [item.number for item in checklist.items]
    assert all(line.count(" | ") == 4 for line in (head, *lines))
    rows = list(Document(str(word)).tables[0].rows)
    assert [row.cells[0].text for row in rows] == ["Item", *numbers]
    assert text.startswith(f"# {checklist.title}\n")
    assert f"**{NOT_IN_RECORDS}: the abstract.**" in text
