"""The commands run, plan and status: from a grid file to records, MLflow and tables."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from benchmark.artifacts import cell_figures, cell_files, comparison_figures
from benchmark.cells import Cell
from benchmark.comparisons import CHOSEN, head_to_head
from benchmark.curves import CONTROL, Point, Record, chosen_on_training_folds, curve_points, ordinary
from benchmark.errors import UserError
from benchmark.executors import available_cores, share_cores
from benchmark.grid import Grid, read_grid
from benchmark.loading import load_manifest
from benchmark.planning import Plan, make_plan, plan_embeddings
from benchmark.records import Records
from benchmark.terminal import console, embeddings_table, frame_table, plan_tables, progress_bars, shown
from benchmark.workspace import Workspace
from results.comparison import OVER_SEEDS
from results.tables.terminal import chosen_table, head_to_head_table, summary_table


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
            for cell, _ in run_plan(plan, records, settings, report, log.epoch):
                log.cell(records.read(cell))
    known = read_records(plan, records)
    answers = Answers.of(plan.grid, records, [record for record in known if record["status"] == "ok"])
    failed = [record for record in known if record["status"] != "ok"]
    _say_result(plan, workspace, answers, failed)
    log.close(known, answers)
    return len(failed)


def show_plan(grid_file: Path, workspace: Workspace, as_json: bool) -> None:
    """What a run would do, as a table or as JSON."""
    plan, records = open_plan(grid_file, workspace)
    if as_json:
        click.echo(json.dumps(_plan_rows(plan), indent=1))
        return
    for table in plan_tables(plan):
        console().print(table)
    embeddings = plan_embeddings(plan, records, workspace.cache)
    if embeddings:
        console().print(embeddings_table(embeddings))


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


def open_plan(grid_file: Path, workspace: Workspace) -> tuple[Plan, Records]:
    """Read the grid and its data, and compare them with the records."""
    grid = read_grid(grid_file)
    manifest = load_manifest(grid.dataset, workspace.cache, jobs=available_cores())
    records = workspace.records(grid.name)
    return make_plan(grid, manifest, records), records


def read_records(plan: Plan, records: Records) -> list[Record]:
    """The records of the plan's cells, in the grid's order, whatever their status; evaluated as it asks."""
    settings = plan.grid.evaluation.model_dump(include={"confidence", "resamples"})
    found = (records.read(planned.cell.id) for planned in plan.cells)
    return [
        records.evaluated(record, settings) if record["status"] == "ok" else record
        for record in found
        if record is not None
    ]


@dataclass(frozen=True)
class Answers:
    """What a grid's finished records say: points of learning curves and of controls, and the head-to-head."""

    finished: list[Record]
    points: list[Point]
    controls: list[Point]
    head_to_head: list[Point]

    @classmethod
    def of(cls, grid: Grid, records: Records, finished: list[Record]) -> "Answers":
        """Work out what the grid's folder does not hold yet."""
        primary = grid.evaluation
        settings: dict[str, Any] = {
            "metric": primary.primary,
            "unit": primary.unit,
            "confidence": primary.confidence,
            "resamples": primary.resamples,
        }
        points = curve_points(records, finished, **settings)
        controls = [point for point in points if point.get(CONTROL)]
        return cls(finished, ordinary(points), controls, head_to_head(records, finished, **settings))


class _Log:
    """MLflow's part in a run: opened only when there is something to write.

    A store that fails while cells are computed does not stop them: the end of the run, or the next run,
    writes what is missing.
    """

    def __init__(self, workspace: Workspace, plan: Plan, records: Records) -> None:
        self._workspace, self._plan, self._records = workspace, plan, records
        self._tracker: Any = None
        self._broken = False

    def open(self) -> None:
        """Reach the store before anything is computed, so that a wrong address is said at once."""
        from benchmark.tracking import Tracker  # MLflow takes over a second to import

        self._workspace.folder.mkdir(parents=True, exist_ok=True)
        grid, workspace = self._plan.grid, self._workspace
        primary = grid.evaluation.unit, grid.evaluation.primary
        self._tracker = Tracker(workspace.uri, grid.name, grid.body_parts, workspace.artifacts, primary)

    def epoch(self, record: Record, epoch: dict[str, Any]) -> None:
        """Write one epoch of a fine-tuning that goes on."""
        self._try(partial(self._tracker.log_epoch, record, epoch))

    def cell(self, record: Record | None) -> None:
        """Write one finished or failed cell."""
        if record is not None:  # else deleted by another hand since
            self._try(partial(self._write, record))

    def close(self, known: list[Record], answers: Answers) -> None:
        """Make sure that MLflow holds every record, curve and comparison. Raises UserError if it cannot."""
        grid = self._plan.grid
        if self._workspace.is_logged(grid, known):
            return
        try:
            if self._tracker is None or self._broken:
                self.open()
            self._write_all(known, answers)
        except UserError:
            raise
        except Exception as error:  # MLflow raises many kinds for a store that it cannot use
            raise UserError(
                f"MLflow could not be written ({str(error).strip().splitlines()[0][:300]}); every record is "
                f"kept in {self._records.folder}: run the same command again to log them"
            ) from error
        self._workspace.note_logged(grid, known)

    def _try(self, write: Callable[[], None]) -> None:
        if not self._broken:
            try:
                write()
            except Exception:
                self._broken = True

    def _write(self, record: Record) -> None:
        folder, unit = self._records.cell_folder(record["cell"]), self._plan.grid.evaluation.unit
        figures = partial(cell_figures, record, folder, unit)
        self._tracker.log_cell(record, figures, cell_files(record, folder))

    def _write_all(self, known: list[Record], answers: Answers) -> None:
        grid = self._plan.grid
        for record in known:
            self._write(record)
        primary, unit = grid.evaluation.primary, grid.evaluation.unit
        self._tracker.log_curves([*answers.points, *answers.controls])
        for part in grid.body_parts:
            rows = [row for row in answers.head_to_head if row["body_part"] == part]
            if rows:
                self._tracker.log_comparison(part, rows, partial(comparison_figures, rows, primary, unit))


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
        console().print(f"[red]failed[/] {axes}: {record['error']}", soft_wrap=True)
    folder = shown(workspace.records(plan.grid.name).folder)
    where = f"--workspace {shown(workspace.folder)}" if workspace.folder != Path("runs") else ""
    left_out = f", {len(plan.left_out)} left out ('benchmark plan' says why)" if plan.left_out else ""
    console().print(
        f"{len(answers.finished)} cells done, {len(failed)} failed{left_out}. Records: {folder}. "
        f"Look next: benchmark ui {where}".rstrip(),
        soft_wrap=True,
    )
