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
    if plan.grid.keep_models == "none":
        return plan
    wanted = {
        record.cell
        for record in _wanted(plan, records)
        if record.model_kept is not False and not records.has_model(record.cell)
    }
    cells = [
        replace(planned, status="missing", reason=_NOT_KEPT) if planned.cell.id in wanted else planned
        for planned in plan.cells
    ]
    return replace(plan, cells=cells)


def drop_other_models(plan: Plan, records: Records) -> None:
    """Delete the models of frozen cells that were not chosen, where the grid keeps the chosen ones.

    Nothing is deleted while cells are not done: they may be chosen instead.
    """
    done = {planned.cell.id for planned in plan.cells if _finished(records, planned.cell.id)}
    if plan.grid.keep_models != "chosen" or len(done) < len(plan.cells):
        return
    for cell in done - {record.cell for record in _wanted(plan, records)}:
        record = records.read(cell)
        if isinstance(record, Finished) and record.training is None:
            shutil.rmtree(records.cell_folder(cell) / MODEL, ignore_errors=True)


def _wanted(plan: Plan, records: Records) -> Iterable[Finished]:
    done = {planned.cell.id for planned in plan.cells if planned.status == "done"}
    finished = [record for cell in done if (record := _finished(records, cell))]
    return ordinary(finished) if plan.grid.keep_models == "all" else chosen_on_training_folds(finished)


def _finished(records: Records, cell: str) -> Finished | None:
    record = records.read(cell)
    return record if isinstance(record, Finished) else None
