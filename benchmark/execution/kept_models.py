"""Which cells keep their model: none, those chosen on training folds, or all (`keep_models` in a grid)."""

import shutil
from collections.abc import Iterable
from dataclasses import replace

from benchmark.execution.chosen import chosen_on_training_folds
from benchmark.execution.plan import Plan
from benchmark.store.record import Finished
from benchmark.store.records import MODEL, Records, ordinary

_NOT_KEPT = "its model was not kept, and the grid asks for it"


def with_missing_models(plan: Plan, records: Records) -> Plan:
    """The plan in which cells that are done without a model that the grid asks for are missing."""
    if plan.grid.keep_models == "none":  # no record need be read
        return plan
    done = _finished(records, (planned.cell.id for planned in plan.cells if planned.status == "done"))
    wanted = {
        record.cell
        for record in _wanted(plan, done)
        if record.model_kept is not False and not records.has_model(record.cell)
    }
    cells = [
        replace(planned, status="missing", reason=_NOT_KEPT) if planned.cell.id in wanted else planned
        for planned in plan.cells
    ]
    return replace(plan, cells=cells)


def models_asked_for(plan: Plan, records: Records) -> list[Finished]:
    """The finished cells whose model the grid asks for, as far as they have one."""
    finished = _finished(records, (planned.cell.id for planned in plan.cells))
    return [record for record in _wanted(plan, finished) if records.has_model(record.cell)]


def drop_other_models(plan: Plan, records: Records) -> None:
    """Delete the models of frozen cells that were not chosen, where the grid keeps the chosen ones.

    Nothing is deleted while a cell is not finished: it may be chosen instead.
    """
    if plan.grid.keep_models != "chosen":
        return
    finished = _finished(records, (planned.cell.id for planned in plan.cells))
    if len(finished) < len(plan.cells):
        return
    chosen = {record.cell for record in _wanted(plan, finished)}
    for record in finished:
        if record.cell not in chosen and record.training is None:
            shutil.rmtree(records.cell_folder(record.cell) / MODEL, ignore_errors=True)


def _wanted(plan: Plan, finished: list[Finished]) -> list[Finished]:
    if plan.grid.keep_models == "none":
        return []
    return ordinary(finished) if plan.grid.keep_models == "all" else chosen_on_training_folds(finished)


def _finished(records: Records, cells: Iterable[str]) -> list[Finished]:
    return [record for cell in cells if isinstance(record := records.read(cell), Finished)]
