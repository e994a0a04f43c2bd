"""The commands run, status and compare: print the results of the API as tables or JSON."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from benchmark import api
from benchmark.analysis.answers import Answers
from benchmark.analysis.external_answers import with_changes
from benchmark.analysis.finished import leak_of
from benchmark.analysis.head_to_head import by_question
from benchmark.analysis.label_efficiency import efficiency_rows
from benchmark.analysis.paired_differences import QUESTION, Comparison, with_recipe
from benchmark.analysis.verdicts import over_backbones
from benchmark.api_arguments import grid_name
from benchmark.cli.ending import command, show_answer, show_places, workspace_option
from benchmark.cli.external import show_external
from benchmark.cli.report import make_report, track_report
from benchmark.cli.terminal import (
    console,
    frame_table,
    plain,
    plan_tables,
    progress_bars,
    say,
    shown,
    warn,
)
from benchmark.errors import UserError
from benchmark.execution.chosen import chosen_on_training_folds
from benchmark.execution.cluster.job_array import job_array
from benchmark.execution.cluster.opened import LOCAL, ExecutorSettings
from benchmark.execution.plan import Plan
from benchmark.grid.schema import Evaluation, read_grid
from benchmark.reporting.write import PAGE
from benchmark.store.record import Failed
from benchmark.store.workspace import Workspace
from results.comparison import OVER_SEEDS
from results.counts import counted, planned
from results.labels import covered
from results.names import CHOSEN
from results.tables.classes import class_verdicts_table
from results.tables.label_efficiency import terminal_table
from results.tables.terminal import certainty_table, chosen_table, head_to_head_table, summary_table

_CERTAINTY = "what the verdicts rest on"


def run_grid(
    grid_file: Path,
    workspace: Workspace,
    *,
    jobs: int | None,
    device: str,
    skip_unreadable: bool,
    executor: ExecutorSettings = LOCAL,
    track: bool = True,
    engine: str = "auto",
    embedding_processes: int | None = None,
    full: bool = False,
    report: Path | None = None,
) -> int:
    """Run a grid and print its answer, with `full` all tables; returns the number of failed cells.

    With `report` the report is written into that folder.
    """
    with progress_bars() as progress:
        results = api.run(
            grid_file,
            workspace,
            jobs=jobs,
            device=device,
            engine=engine,
            embedding_processes=embedding_processes,
            skip_unreadable=skip_unreadable,
            executor=executor,
            track=track,
            progress=progress,
        )
    assert results.plan is not None
    if full:
        _show_answers(results.plan, results.answers)
    elif results.cells and not results.answers.headline.rows:
        console().print(_scores(results.plan, results.answers))
    page = _write_report(results, report, grid_file, workspace, jobs, track) if report else None
    _show_end(results, results.plan, workspace)
    if results.cells:
        show_answer(results.answers.headline)
        show_places(results.answers.headline, results.plan, grid_file, workspace, page)
    if results.not_tracked:
        _show_not_tracked(results.not_tracked, grid_file, workspace)
    return len(results.failed)


def print_job_array(
    grid_file: Path, workspace: Path, settings: ExecutorSettings, options: Sequence[str]
) -> None:
    """Print a script for `sbatch`, whose jobs share the cells of a grid."""
    read_grid(grid_file)  # bad input is told here, not by each of the jobs
    click.echo(job_array(grid_file.resolve(), workspace.resolve(), settings, options), nl=False)


def track_grid(grid_file: Path, workspace: Workspace, jobs: int | None) -> None:
    """Log to MLflow what it lacks. Raises UserError when nothing is done yet, or MLflow cannot be used."""
    results = api.track(grid_file, workspace, jobs=jobs)
    if not results.cells and not results.failed:
        raise UserError(f"no cell of {shown(grid_file)} is done in {shown(workspace.folder)}: run it first")
    logged = len(results.cells) + len(results.failed)
    say(f"{logged} cells are in MLflow. Next: {command('ui')}{workspace_option(workspace)}")


def _show_not_tracked(why: str, grid_file: Path, workspace: Workspace) -> None:
    again = f"benchmark track --grid {shlex.quote(str(grid_file))}{workspace_option(workspace)}"
    if workspace.tracking_uri:
        again += " --tracking-uri ADDRESS"
    warn(f"MLflow does not hold all of these results ({why}). When it can be written: {again}")


def show_status(grid_file: Path, workspace: Workspace, as_json: bool) -> None:
    """Print the finished results as tables or as JSON."""
    results = api.load_results(workspace, grid_file)
    assert results.plan is not None
    if as_json:
        click.echo(json.dumps(_status_rows(results, results.plan), indent=1))
        return
    for table in plan_tables(results.plan):
        console().print(table)
    _show_answers(results.plan, results.answers)


def show_comparison(grid: str, workspace: Workspace, as_json: bool, full: bool = False) -> None:
    """Print the answer and the head-to-head of a grid file's or named grid's arms; with `full` all rows.

    Raises UserError when there is none.
    """
    results = api.load_results(workspace, grid)
    rows = results.answers.head_to_head
    if as_json:
        click.echo(json.dumps(with_changes(rows, results.answers.elsewhere), indent=1))
        return
    if not rows:
        raise UserError(
            f"grid '{grid_name(grid)}': no backbone has both frozen and fine-tuned results yet; "
            "name it under feature_extraction and under fine_tuning (or adaptation), then: benchmark run"
        )
    show_answer(results.answers.headline)
    evaluation = results.answers.cells.evaluation
    for asked, own in by_question(rows):
        _show_head_to_head(evaluation, asked, own, full)
    show_external(results.answers)
    _show_classes(results)
    if not full:
        say("--full: seeds, classifiers, what the verdicts rest on, and how many images freezing needs")
        return
    efficiency = efficiency_rows(results.answers.cells, results.answers.pairs)
    if len(efficiency):
        title = f"{evaluation.unit} {evaluation.primary}: images that freezing needs to equal fine-tuning"
        console().print(frame_table(terminal_table(with_recipe(over_backbones(efficiency))), title))


def _show_classes(results: api.Results) -> None:
    """The verdict on each of several classes or findings; nothing of two classes."""
    rows = results.compare_classes()
    if not len(rows):
        return
    task, level = results.answers.cells.task, results.answers.cells.evaluation.level
    over = f"verdicts at the familywise level {level:g} over {counted(len(rows), 'comparison')}"
    title = f"AUROC of each {task.word}, fine-tuned minus frozen, largest size: {over}"
    console().print(frame_table(class_verdicts_table(rows, task.word), title))


def _show_head_to_head(
    evaluation: Evaluation, asked: Comparison, rows: list[dict[str, Any]], full: bool
) -> None:
    what = f"{evaluation.unit} {evaluation.primary}, {asked.difference}"
    each = "frozen classifier" if asked.first == QUESTION.first else "method of adaptation"
    judged = [row for row in rows if row["verdict"]]
    by_seed = [row for row in rows if row["classifier"] == CHOSEN and row["seed"] != OVER_SEEDS]
    by_classifier = [row for row in rows if row["classifier"] != CHOSEN and row["seed"] == OVER_SEEDS]
    for title, shown_rows in (
        (f"{what}: {_verdict_words(evaluation, judged)}", judged),
        (f"{what}: seed by seed, unadjusted", by_seed),
        (f"{what}: each {each}, mean over seeds, unadjusted", by_classifier),
    ):
        if shown_rows and (full or shown_rows is judged):
            console().print(frame_table(head_to_head_table(shown_rows), title))
        if full and shown_rows is judged:
            console().print(frame_table(certainty_table(judged), _CERTAINTY))


def _status_rows(results: api.Results, plan: Plan) -> list[dict[str, Any]]:
    known = {record.cell: record.to_json() for record in results.cells}
    rows = plan.rows()
    for row in rows:
        content = known.get(row["cell"], {})
        row |= {name: content.get(name, {}) for name in ("metrics", "body_part_metrics")}
    return rows


def _show_answers(plan: Plan, answers: Answers) -> None:
    name, evaluation = plan.grid.name, plan.grid.evaluation
    if answers.cells.finished:
        what, leaky = _what(answers), _leaky(answers)
        console().print(_scores(plan, answers))
        _show_chosen(answers, evaluation)
        judged = [row for row in answers.head_to_head if row["verdict"]]
        for asked, rows in by_question(judged):
            title = f"{asked.question} {what}, {_verdict_words(evaluation, rows)}{leaky}"
            console().print(frame_table(head_to_head_table(rows), title))
            console().print(frame_table(certainty_table(rows), _CERTAINTY))
        show_external(answers)
    if answers.control_points:
        title = f"{name}: controls, {evaluation.unit} {evaluation.primary}"
        console().print(frame_table(summary_table(point.row() for point in answers.control_points), title))


def _scores(plan: Plan, answers: Answers) -> Table:
    """The score of each method, by training size."""
    intervals = f"{plan.grid.evaluation.confidence:.0%} intervals over {covered(len(plan.grid.seeds))}"
    title = f"{plan.grid.name}: {_what(answers)}, {intervals}{_leaky(answers)}"
    return frame_table(summary_table(point.row() for point in answers.points), title)


def _what(answers: Answers) -> str:
    evaluation, first = answers.cells.evaluation, answers.cells.finished[0]
    return f"{evaluation.unit} {evaluation.primary} on {first.evaluated_on or 'the test part'}"


def _leaky(answers: Answers) -> str:
    leak = leak_of(answers.cells.finished)
    return f" · {leak}" if leak else ""


def _show_chosen(answers: Answers, evaluation: Evaluation) -> None:
    rows = [
        {
            **record.axes,
            "train_size": record.size_name,
            "selection_auroc": record.selection_auroc,
            **record.bounded(evaluation.unit, evaluation.primary).model_dump(),
        }
        for record in chosen_on_training_folds(answers.cells.finished)
    ]
    table = chosen_table(rows, evaluation.unit, evaluation.primary)
    console().print(frame_table(table, "chosen on training folds"))


def _verdict_words(evaluation: Evaluation, rows: list[dict[str, Any]]) -> str:
    families = sorted({row["family"] for row in rows if row["family"]}, reverse=True)
    words = f"verdict at the familywise level {evaluation.level:g} over {planned(families)}"
    return f"INTERIM {words}, some not finished" if any(row["interim"] for row in rows) else words


def _show_end(results: api.Results, plan: Plan, workspace: Workspace) -> None:
    for record in results.failed[:20]:
        told = Text.assemble(("failed", "red"), plain(f" {_axes_text(record)}: {record.error}"))
        console().print(told, soft_wrap=True)
    folder = shown(workspace.records(plan.grid.name).folder)
    left_out = f", {len(plan.left_out)} left out (see 'benchmark plan')" if plan.left_out else ""
    say(
        f"{counted(len(results.cells), 'cell')} done, {len(results.failed)} failed{left_out}. Records: "
        f"{folder}."
    )


def _write_report(
    results: api.Results, out: Path, grid_file: Path, workspace: Workspace, jobs: int | None, track: bool
) -> Path | None:
    """Write the report and return its page; None where no cell is finished.

    As for a run, an MLflow that cannot be used is only warned of.
    """
    if not results.answers.cells.finished:
        return None
    report = make_report(results, grid_file, out, jobs)
    if track and not results.not_tracked:
        try:
            track_report(report, workspace)
        except UserError as error:
            warn(str(error))
    return report.folder / PAGE


def _axes_text(record: Failed) -> str:
    names = ("body_part", "backbone", "classifier", "train_size", "seed", "control")
    return " · ".join(str(record.axes[name]) for name in names if name in record.axes)
