"""The command `report`: write the report, print a summary, and log it to MLflow."""

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd

from benchmark import api
from benchmark.analysis.paired_differences import QUESTIONS, Comparison
from benchmark.cli.ending import show_answer, show_places
from benchmark.cli.terminal import console, frame_table, progress_bars, say, shown
from benchmark.errors import UserError, reason
from benchmark.reporting.answer import answer_rows, difference_text
from benchmark.reporting.missing import missing_cells, missing_parts
from benchmark.reporting.write import METRICS, PAGE, Report
from benchmark.store.addresses import without_secrets
from benchmark.store.workspace import Workspace
from benchmark.tracking.session import open_tracker
from results.counts import counted
from results.labels import look_of, metric_label
from results.projection import PCA
from results.tables.formatting import number
from results.verdict import verdict_text


def report_grid(grid_file: Path, workspace: Workspace, out: Path, jobs: int | None, projection: str) -> None:
    """Write the report of a grid's finished cells into `out`. Raises UserError when no cell is finished."""
    results = api.load_results(workspace, grid_file, jobs=jobs)
    report = make_report(results, grid_file, out, jobs, projection)
    _show(report)
    track_report(report, workspace)
    show_places(report.findings.headline, report.findings.plan, grid_file, workspace, report.folder / PAGE)


def make_report(
    results: api.Results, grid_file: Path, out: Path, jobs: int | None, projection: str = PCA
) -> Report:
    """Write the report of results into `out`, with progress on standard error."""
    text = grid_file.read_text(encoding="utf-8")
    with progress_bars() as progress:
        return api.report(results, out, jobs=jobs, grid_text=text, projection=projection, progress=progress)


def track_report(report: Report, workspace: Workspace) -> None:
    """Log the files of a report to MLflow. Raises UserError when that cannot be."""
    try:
        tracker = open_tracker(workspace, report.findings.plan)
        tracker.log_report(report.folder, report.files, _digest(report.files))
    except Exception as error:  # MLflow raises many kinds for a store that it cannot use
        raise UserError(
            f"the report is in {shown(report.folder)}, but could not be logged to MLflow: "
            f"{without_secrets(reason(error), workspace.tracking_uri)}"
        ) from error


def _show(report: Report) -> None:
    findings = report.findings
    show_answer(findings.headline)
    evaluation = findings.evaluated.evaluation
    metric = metric_label(evaluation.primary, evaluation.unit)
    for asked in QUESTIONS:
        rows = answer_rows(findings, asked)
        if rows:
            interim = " · INTERIM, some comparisons are not finished" if rows[0]["interim"] else ""
            title = f"{asked.question} {metric}, {asked.difference}{interim}"
            console().print(frame_table(_answer_frame(rows, asked), title))
    for row in missing_cells(findings.plan):
        say(f"{counted(int(row['cells']), 'cell')} {row['status']}: {row['reason']}")
    for part in missing_parts(report.figures, report.tables):
        say(f"no {part['what']}: {part['reason']}")
    figures = sum(bool(figure.files) for figure in report.figures)
    tables = sum(bool(table.files) for table in report.tables)
    say(
        f"{counted(len(findings.evaluated.finished), 'cell')} in {counted(figures, 'figure')} and "
        f"{counted(tables, 'table')}. "
        f"All numbers: {shown(report.folder / METRICS)}"
    )


def _answer_frame(rows: list[dict[str, Any]], asked: Comparison) -> pd.DataFrame:
    first, second = (look_of(strategy).label for strategy in asked)
    return pd.DataFrame(
        {
            "body part": row["body_part"],
            "backbone": row["backbone"],
            "images": f"{row['images']:,}",
            first: number(row["first"]),
            second: number(row["second"]),
            "difference": difference_text(row),
            "p adjusted": number(row["p_adjusted"]),
            "verdict": verdict_text(row["verdict"], row["margin"], row["detectable"]),
        }
        for row in rows
    )


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
