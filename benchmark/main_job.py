"""The commands run, plan and status: from a grid file to records, MLflow and tables."""

import json
from pathlib import Path
from typing import Any

import click

from benchmark.cells import Cell
from benchmark.curves import Point, Record, chosen_on_training_folds, curve_points
from benchmark.executors import available_cores, share_cores
from benchmark.grid import Grid, read_grid
from benchmark.loading import load_manifest
from benchmark.planning import Plan, make_plan, plan_embeddings
from benchmark.records import Records
from benchmark.terminal import console, embeddings_table, frame_table, plan_tables, progress_bars, shown
from benchmark.workspace import Workspace
from results.tables import chosen_table, summary_table


def run_grid(
    grid_file: Path, workspace: Workspace, *, jobs: int | None, device: str, skip_unreadable: bool
) -> int:
    """Bring every cell of a grid to `done`, log it, show the table; returns how many cells failed."""
    plan, records = open_plan(grid_file, workspace)
    log = _Log(workspace, plan, records)
    if plan.todo:
        from benchmark.running import Settings, run_plan  # torch and scikit-learn: seconds to import

        records.sweep()
        log.open()
        settings = Settings(workspace.cache, share_cores(jobs), device, skip_unreadable)
        with progress_bars() as report:
            for cell, _ in run_plan(plan, records, settings, report):
                log.cell(cell)
    finished = [record for record in read_records(plan, records) if record["status"] == "ok"]
    points = _points(plan.grid, records, finished)
    log.close(finished, points)
    failed = [record for record in read_records(plan, records) if record["status"] != "ok"]
    _say_result(plan, workspace, finished, points, failed)
    return len(failed)


def show_plan(grid_file: Path, workspace: Workspace, as_json: bool) -> None:
    """What a run would do, as a table or as JSON."""
    plan, records = open_plan(grid_file, workspace)
    if as_json:
        click.echo(json.dumps(_plan_rows(plan), indent=1))
        return
    for table in plan_tables(plan):
        console().print(table)
    if plan.todo:
        console().print(embeddings_table(plan_embeddings(plan, records, workspace.cache)))


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
    _say_tables(plan.grid, finished, _points(plan.grid, records, finished))


def open_plan(grid_file: Path, workspace: Workspace) -> tuple[Plan, Records]:
    """Read the grid and its data, and compare them with the records."""
    grid = read_grid(grid_file)
    manifest = load_manifest(grid.dataset, workspace.cache, jobs=available_cores())
    records = workspace.records(grid.name)
    return make_plan(grid, manifest, records), records


def read_records(plan: Plan, records: Records) -> list[Record]:
    """The records of the plan's cells, in the grid's order, whatever their status."""
    found = (records.read(planned.cell.id) for planned in plan.cells)
    return [record for record in found if record is not None]


class _Log:
    """MLflow's part in a run: opened only when there is something to write."""

    def __init__(self, workspace: Workspace, plan: Plan, records: Records) -> None:
        self._workspace, self._plan, self._records = workspace, plan, records
        self._tracker: Any = None

    def open(self) -> None:
        """Reach the store before anything is computed, so that a wrong address is said at once."""
        from benchmark.tracking import Tracker  # MLflow takes over a second to import

        self._workspace.folder.mkdir(parents=True, exist_ok=True)
        self._tracker = Tracker(self._workspace.uri, self._plan.grid.name, self._workspace.artifacts)

    def cell(self, cell: str) -> None:
        """Write one finished or failed cell."""
        self._tracker.log_cell(self._records.read(cell))

    def close(self, finished: list[Record], points: list[Point]) -> None:
        """Make sure that MLflow holds every record and curve of the grid."""
        everything = read_records(self._plan, self._records)
        if self._workspace.is_logged(self._plan.grid.name, everything):
            return
        if self._tracker is None:
            self.open()
        for record in everything:
            self._tracker.log_cell(record)
        evaluation = self._plan.grid.evaluation
        self._tracker.log_curves(points, evaluation.primary, evaluation.unit)
        self._workspace.note_logged(self._plan.grid.name, everything)


def _plan_rows(plan: Plan) -> list[dict[str, Any]]:
    rows = [_row(p.cell, p.status, p.reason) | {"seconds": round(p.seconds, 1)} for p in plan.cells]
    return rows + [_row(left.cell, "left_out", left.reason) for left in plan.left_out]


def _row(cell: Cell, status: str, reason: str) -> dict[str, Any]:
    return {"cell": cell.id, **cell.axes, "status": status, "reason": reason}


def _points(grid: Grid, records: Records, finished: list[Record]) -> list[Point]:
    evaluation = grid.evaluation
    return curve_points(
        records,
        finished,
        metric=evaluation.primary,
        unit=evaluation.unit,
        confidence=evaluation.confidence,
        resamples=evaluation.resamples,
    )


def _say_tables(grid: Grid, finished: list[Record], points: list[Point]) -> None:
    if not finished:
        return
    evaluation, leaky = grid.evaluation, " · LEAKY split by image" if finished[0]["leaky"] else ""
    what = f"{evaluation.unit} {evaluation.primary} on {finished[0]['evaluated_on']}"
    title = f"{grid.name}: {what}, {evaluation.confidence:.0%} intervals over patients{leaky}"
    console().print(frame_table(summary_table(points), title))
    console().print(
        frame_table(
            chosen_table(chosen_on_training_folds(finished), evaluation.unit, evaluation.primary),
            "chosen on training folds",
        )
    )


def _say_result(
    plan: Plan, workspace: Workspace, finished: list[Record], points: list[Point], failed: list[Record]
) -> None:
    _say_tables(plan.grid, finished, points)
    for record in failed[:20]:
        axes = " · ".join(
            str(record[axis]) for axis in ("body_part", "backbone", "classifier", "train_size", "seed")
        )
        console().print(f"[red]failed[/] {axes}: {record['error']}", soft_wrap=True)
    folder = shown(workspace.records(plan.grid.name).folder)
    where = f"--workspace {shown(workspace.folder)}" if workspace.folder != Path("runs") else ""
    left_out = f", {len(plan.left_out)} left out ('benchmark plan' says why)" if plan.left_out else ""
    console().print(
        f"{len(finished)} cells done, {len(failed)} failed{left_out}. Records: {folder}. "
        f"Look next: benchmark ui {where}".rstrip(),
        soft_wrap=True,
    )
