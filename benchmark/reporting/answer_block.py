"""The first screen of the page: the answer in a sentence, a row for each body part, and one picture."""

from benchmark.analysis.findings import Findings
from benchmark.analysis.headline import Headline
from benchmark.reporting.overview_figures import ANSWER
from benchmark.reporting.page_parts import Parts
from results.page import AnswerBlock, FigureBlock, TableBlock
from results.text import for_markdown

_COPIES = {"Copy as methods paragraph": "methods"}  # words of a button: the section whose text it copies


def answer_block(findings: Findings, parts: Parts) -> AnswerBlock:
    """The answer with its table and its picture, where they could be made."""
    tables = [one for one in parts.tables(ANSWER) if isinstance(one, TableBlock)]
    figures = [one for one in parts.figures(ANSWER) if isinstance(one, FigureBlock)]
    sentence = _markdown(findings.headline)
    return AnswerBlock(sentence, next(iter(tables), None), next(iter(figures), None), _COPIES)


def _markdown(said: Headline) -> str:
    """The sentence with the verdict, and what to know before it, in bold."""
    warnings = "".join(f"**{for_markdown(warning)}.** " for warning in said.warnings)
    numbers = f": {for_markdown(said.numbers)}" if said.numbers else ""
    return f"{warnings}**{for_markdown(said.verdict)}**{numbers}."
