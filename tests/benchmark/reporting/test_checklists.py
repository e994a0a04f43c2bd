"""The checklists of a report: files beside the page, which links to them and counts what is left to write."""

import re

from docx import Document

from benchmark.reporting.checklist_facts import checklist_facts
from benchmark.reporting.checklists import checklists_block
from results.checklists import CHECKLISTS
from results.checklists.checklist import FILLED, PARTLY, TO_WRITE
from results.checklists.sentences import SENTENCES


def test_a_report_has_every_checklist_as_word_and_markdown(report):
    names = {path.relative_to(report.folder).as_posix() for one in report.checklists for path in one.files}
    assert names == {f"checklists/{one.name}.{kind}" for one in CHECKLISTS for kind in ("docx", "md")}
    for one in report.checklists:
        table = Document(str(one.files[0])).tables[0]
        assert len(table.rows) == 1 + len(one.checklist.items)


def test_the_numbers_of_a_filled_item_are_those_of_the_run(report):
    facts = checklist_facts(report.findings)
    claim = {item.item.number: item.text for item in report.checklists[0].items}
    test = facts["main_part"]
    assert f"{test['test_studies']} studies of {test['test_patients']} patients" in claim["32"]
    assert f"all {facts['cells']['planned']} planned cells are finished" in claim["12"]
    assert "with two seeds" in claim["10"]
    for row in facts["scores"]:
        assert f"{row['method']} {row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]" in claim["38"]


def test_the_page_links_to_the_files_and_counts_the_items(report):
    block = checklists_block(report.checklists, report.folder)
    assert block.table[["checklist", "items"]].to_numpy().tolist() == [["CLAIM 2024", 44], ["TRIPOD+AI", 52]]
    assert (block.table[[FILLED, PARTLY, TO_WRITE]].sum(axis=1) == block.table["items"]).all()
    text = (report.folder / "report.html").read_text(encoding="utf-8")
    for path in block.files.values():
        assert f'href="{path}"' in text


def test_items_point_to_sections_that_the_page_has(report):
    text = (report.folder / "report.html").read_text(encoding="utf-8")
    titles = {re.sub("<[^>]+>", "", title) for title in re.findall(r"<h2[^>]*>(.*?)</h2>", text)}
    assert {sentence.where for sentence in SENTENCES.values()} <= titles
    assert "Checklists" in titles
