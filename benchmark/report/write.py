"""A report as files: figures, tables, metrics.csv and the page, in one folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.analysis.findings import Findings, find
from benchmark.analysis.finished import read_records
from benchmark.analysis.learning_curves import ordinary
from benchmark.analysis.metrics_table import metrics_frame
from benchmark.analysis.resampled_cells import read_study
from benchmark.errors import UserError
from benchmark.execution.executors import Share
from benchmark.execution.plan import Plan
from benchmark.report.figure_files import Drawn, draw
from benchmark.report.figures import planned_figures
from benchmark.report.page import page
from benchmark.report.tables import Written, write_tables
from benchmark.store.records import CONTROL, Record, Records

PAGE, METRICS = "report.html", "metrics.csv"
FIGURES, TABLES = "figures", "tables"


@dataclass(frozen=True)
class Report:
    """What was written below `folder`, and what it says."""

    folder: Path
    findings: Findings
    figures: Sequence[Drawn]
    tables: Sequence[Written]

    @property
    def files(self) -> list[Path]:
        """All files of the report, sorted."""
        drawn = [path for figure in self.figures for path in figure.files]
        written = [path for table in self.tables for path in table.files]
        return sorted([self.folder / PAGE, self.folder / METRICS, *drawn, *written])


def write_report(plan: Plan, records: Records, folder: Path, share: Share, grid_text: str) -> Report:
    """Write the report of a grid's finished cells; `grid_text` is the grid file as it is.

    Raises UserError when no cell is finished, and when `folder` cannot be written.
    """
    finished = _finished(plan, records)
    cells, controls = ordinary(finished), [record for record in finished if record.get(CONTROL)]
    if not cells:
        raise UserError(
            f"grid '{plan.grid.name}' has no finished cell in {records.folder}; first: benchmark run"
        )
    study, control_study = (
        read_study(plan.grid.evaluation, records, some, share) for some in (cells, controls)
    )
    findings = find(study, plan, control_study)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out: {folder} cannot be made: {error.strerror}") from None
    metrics_frame(finished).to_csv(folder / METRICS, index=False)
    figures = draw(planned_figures(findings), folder / FIGURES, share)
    tables = write_tables(findings, folder / TABLES)
    (folder / PAGE).write_text(page(findings, folder, figures, tables, grid_text), encoding="utf-8")
    return Report(folder, findings, figures, tables)


def _finished(plan: Plan, records: Records) -> list[Record]:
    """The records of the cells that are done as they would be computed today."""
    done = {planned.cell.id for planned in plan.cells if planned.status == "done"}
    return [record for record in read_records(plan, records) if record["cell"] in done]
