"""The first screen: what it says is the headline, and text that users typed is no markup of it."""

from dataclasses import replace

import pytest

from benchmark.analysis.headline import Headline
from benchmark.reporting.answer_block import answer_block
from benchmark.reporting.page_parts import DETAILS, Parts


def with_headline(findings, said):
    changed = replace(findings)
    changed.__dict__["headline"] = said  # a cached property
    return changed


@pytest.fixture
def parts(report):
    return Parts(report.folder, report.figures, report.tables, DETAILS[0])


def test_it_has_the_sentence_a_row_for_each_part_and_a_picture(report, parts):
    block = answer_block(report.findings, parts)
    assert block.sentence.startswith(f"**{report.findings.headline.verdict}**: ")
    assert len(block.table.table.rows) == 3
    assert block.figure.files["PDF"] == "figures/answer.pdf"
    assert list(block.copies.values()) == ["methods"]


def test_a_report_without_an_answer_has_its_sentence_alone(findings, report):
    none = Parts(report.folder, [], [], DETAILS[0])
    block = answer_block(with_headline(findings, Headline("freeze or fine-tune?", "No answer")), none)
    assert (block.sentence, block.table, block.figure) == ("**No answer**.", None, None)


def test_names_are_no_markup(findings, parts):
    said = Headline("?", "Freeze for *x*", "by [0](#y)", ["LEAKY `z`"])
    sentence = answer_block(with_headline(findings, said), parts).sentence
    assert sentence == r"**LEAKY \`z\`.** **Freeze for \*x\***: by \[0\](#y)."
