"""Write a report into a folder: figures, tables, checklists, metrics.csv, references.bib and the page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from benchmark.analysis.answers import Answers
from benchmark.analysis.findings import Findings, find
from benchmark.analysis.metrics_table import metrics_frame
from benchmark.errors import UserError
from benchmark.execution.executors import Progress, Share
from benchmark.execution.plan import Plan
from benchmark.reporting.checklist_facts import checklist_facts
from benchmark.reporting.checklists import WrittenChecklist, write_checklists
from benchmark.reporting.figure_files import Drawn, draw
from benchmark.reporting.figures import planned_figures
from benchmark.reporting.methods_facts import facts_of
from benchmark.reporting.page import page
from benchmark.reporting.tables import Written, write_tables
from results.frames import csv_text
from results.methods_text import bibliography, methods
from results.projection import PCA

PAGE, METRICS, REFERENCES = "report.html", "metrics.csv", "references.bib"
FIGURES, TABLES, CHECKLISTS = "figures", "tables", "checklists"


@dataclass(frozen=True)
class Report:
    """The files written below `folder`, with the findings that they show."""

    folder: Path
    findings: Findings
    figures: Sequence[Drawn]
    tables: Sequence[Written]
    checklists: Sequence[WrittenChecklist]

    @property
    def files(self) -> list[Path]:
        """All files of the report, sorted."""
        drawn = [path for figure in self.figures for path in figure.files]
        written = [path for table in self.tables for path in table.files]
        lists = [path for checklist in self.checklists for path in checklist.files]
        single = [self.folder / name for name in (PAGE, METRICS, REFERENCES)]
        return sorted([*single, *drawn, *written, *lists])


def write_report(
    plan: Plan,
    answers: Answers,
    folder: Path,
    share: Share,
    grid_text: str,
    projection: str = PCA,
    progress: Progress = lambda stage, steps, total: None,
) -> Report:
    """Write the report of a grid's answers into `folder`; `grid_text` is the grid file as it is.

    Raises UserError when no cell is finished, and when `folder` cannot be written.
    """
    if not answers.cells.finished:
        raise UserError(
            f"grid '{plan.grid.name}' has no finished cell in {answers.cells.records.folder}; "
            "first: benchmark run"
        )
    findings = replace(find(answers, plan, projection), localisation=_localisation(plan, answers))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / METRICS).write_text(
            csv_text(metrics_frame(answers.finished)), encoding="utf-8", newline="\n"
        )
    except OSError as error:
        raise UserError(f"--out: {folder} cannot be made or written: {error.strerror}") from None
    figures = draw(planned_figures(findings), folder / FIGURES, share, progress)
    tables = write_tables(findings, folder / TABLES)
    if findings.evaluated.task.is_binary:
        facts = checklist_facts(findings)
        checklists = write_checklists(facts, folder / CHECKLISTS)
    else:  # the sentences of checklists are of two classes
        facts, checklists = facts_of(findings), []
    text = methods(facts)
    (folder / REFERENCES).write_text(bibliography(text.keys), encoding="utf-8")
    html = page(findings, folder, figures, tables, text, checklists, grid_text)
    (folder / PAGE).write_text(html, encoding="utf-8")
    return Report(folder, findings, figures, tables, checklists)


def _localisation(plan: Plan, answers: Answers) -> pd.DataFrame:
    """Maps of kept models against known boxes; no row where no model is kept."""
    cells = answers.cells
    if not any(cells.records.has_model(record.cell) for record in cells.finished):
        return pd.DataFrame()
    from benchmark.prediction.localisation_rows import localisation_rows  # torch, which takes seconds

    return localisation_rows(plan, cells)
