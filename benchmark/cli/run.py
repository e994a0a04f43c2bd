"""The commands run, plan and status: from a grid file to records, MLflow and tables."""

import json
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from benchmark.analysis.answers import Answers
from benchmark.analysis.finished import read_records
from benchmark.analysis.head_to_head import CHOSEN
from benchmark.analysis.learning_curves import chosen_on_training_folds, ordinary
from benchmark.cli.terminal import (
    console,
    embeddings_table,
    frame_table,
    plan_tables,
    progress_bars,
    say,
    shown,
)
from benchmark.errors import UserError
from benchmark.execution.executors import share_cores
from benchmark.execution.open_plan import open_plan
from benchmark.execution.plan import Plan, plan_embeddings
from benchmark.grid.cells import Cell
from benchmark.grid.schema import Grid
from benchmark.store.records import CONTROL, Record
from benchmark.store.workspace import Workspace
from benchmark.tracking.session import Session
from results.comparison import OVER_SEEDS
from results.tables.terminal import chosen_table, head_to_head_table, summary_table


def run_grid(
    grid_file: Path, workspace: Workspace, *, jobs: int | None, device: str, skip_unreadable: bool
) -> int:
    """Bring every cell of a grid to `done`, log it, show the table; returns how many cells failed."""
    plan, records = open_plan(grid_file, workspace)
    log = Session(workspace, plan, records)
    if plan.todo:
        from benchmark.execution.run import Settings, run_plan  # torch and scikit-learn: seconds to import

        records.sweep()
        log.open()
        settings = Settings(workspace.cache, share_cores(jobs), device, skip_unreadable)
        with progress_bars() as report:
            for cell, _ in run_plan(plan, records, settings, report, log.epoch):
                log.cell(records.read(cell))
    known = read_records(plan, records)
    answers = Answers.of(plan.grid, records, [record for record in known if record["status"] == "ok"])
    failed = [record for record in known if record["status"] != "ok"]
    _say_result(plan, workspace, answers, failed)
    log.close(known, answers)
    return len(failed)


def show_plan(grid_file: Path, workspace: Workspace, as_json: bool, full: bool = False) -> None:
    """What a run would do, as tables (`full`: a row per extractor and classifier) or as JSON."""
    plan, records = open_plan(grid_file, workspace)
    if as_json:
        click.echo(json.dumps(_plan_rows(plan), indent=1))
        return
    for table in plan_tables(plan, full):
        console().print(table)
    embeddings = plan_embeddings(plan, records, workspace.cache)
    if embeddings:
        console().print(embeddings_table(embeddings, plan))


def show_status(grid_file: Path, workspace: Workspace, as_json: bool) -> None:
    """The results that there are, as a table or as JSON."""
    plan, records = open_plan(grid_file, workspace)
    known = {record["cell"]: record for record in read_records(plan, records)}
    if as_json:
        rows = _plan_rows(plan)
        for row in rows:
            record = known.get(row["cell"], {}) if row["status"] == "done" else {}
            row |= {name: record.get(name, {}) for name in ("metrics", "body_part_metrics")}
        click.echo(json.dumps(rows, indent=1))
        return
    done = {planned.cell.id for planned in plan.cells if planned.status == "done"}
    finished = [record for cell, record in known.items() if cell in done]
    for table in plan_tables(plan):
        console().print(table)
    _say_tables(plan.grid, Answers.of(plan.grid, records, finished))


def show_comparison(grid_file: Path, workspace: Workspace, as_json: bool) -> None:
    """The head-to-head of frozen and fine-tuned, as tables or JSON. Raises UserError when there is none."""
    plan, records = open_plan(grid_file, workspace)
    done = {planned.cell.id for planned in plan.cells if planned.status == "done"}
    finished = [record for record in read_records(plan, records) if record["cell"] in done]
    rows = Answers.of(plan.grid, records, finished).head_to_head
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    if not rows:
        raise UserError(
            f"grid '{plan.grid.name}': no backbone has both frozen and fine-tuned results yet; "
            "name it under feature_extraction and under fine_tuning, then: benchmark run"
        )
    evaluation = plan.grid.evaluation
    for chosen in (True, False):
        shown_rows = [
            row
            for row in rows
            if (row["classifier"] == CHOSEN) == chosen and (chosen or row["seed"] == OVER_SEEDS)
        ]
        title = "classifier chosen on training folds" if chosen else "each classifier, over seeds"
        console().print(
            frame_table(
                head_to_head_table(shown_rows),
                f"{evaluation.unit} {evaluation.primary}, fine-tuned minus frozen: {title}",
            )
        )


def _plan_rows(plan: Plan) -> list[dict[str, Any]]:
    rows = [_row(p.cell, p.status, p.reason) | {"seconds": round(p.seconds, 1)} for p in plan.cells]
    return rows + [_row(left.cell, "left_out", left.reason) for left in plan.left_out]


def _row(cell: Cell, status: str, reason: str) -> dict[str, Any]:
    return {"cell": cell.id, **cell.axes, "status": status, "reason": reason}


def _say_tables(grid: Grid, answers: Answers) -> None:
    finished = ordinary(answers.finished)
    if finished:
        _say_answers(grid, answers, finished)
    if answers.controls:
        title = f"{grid.name}: controls, {grid.evaluation.unit} {grid.evaluation.primary}"
        console().print(frame_table(summary_table(answers.controls), title))


def _say_answers(grid: Grid, answers: Answers, finished: list[Record]) -> None:
    evaluation, first = grid.evaluation, finished[0]
    leaky = " · LEAKY split by image" if first["leaky"] else ""
    what = f"{evaluation.unit} {evaluation.primary} on {first['evaluated_on']}"
    title = f"{grid.name}: {what}, {evaluation.confidence:.0%} intervals over patients{leaky}"
    chosen = chosen_on_training_folds(finished)
    console().print(frame_table(summary_table(answers.points), title))
    console().print(
        frame_table(chosen_table(chosen, evaluation.unit, evaluation.primary), "chosen on training folds")
    )
    rows = [r for r in answers.head_to_head if r["classifier"] == CHOSEN and r["seed"] == OVER_SEEDS]
    if rows:
        title = f"freeze or fine-tune? {what}; difference paired by patient{leaky}"
        console().print(frame_table(head_to_head_table(rows), title))


def _say_result(plan: Plan, workspace: Workspace, answers: Answers, failed: list[Record]) -> None:
    _say_tables(plan.grid, answers)
    for record in failed[:20]:
        names = ("body_part", "backbone", "classifier", "train_size", "seed", CONTROL)
        axes = " · ".join(str(record[axis]) for axis in names if axis in record)
        console().print(f"[red]failed[/] {escape(axes)}: {escape(record['error'])}", soft_wrap=True)
    folder = shown(workspace.records(plan.grid.name).folder)
    where = f"--workspace {shown(workspace.folder)}" if workspace.folder != Path("runs") else ""
    left_out = f", {len(plan.left_out)} left out ('benchmark plan' says why)" if plan.left_out else ""
    say(
        f"{len(answers.finished)} cells done, {len(failed)} failed{left_out}. Records: {folder}. "
        f"Look next: benchmark ui {where}".rstrip()
    )
