"""The records of a plan's cells, evaluated as its grid asks."""

from collections.abc import Iterable

from benchmark.execution.plan import Plan
from benchmark.store.record import Finished, Record
from benchmark.store.records import Records, ordinary


def read_records(plan: Plan, records: Records) -> list[Record]:
    """The records of the plan's cells that have one, in the grid's order, evaluated as the grid asks."""
    found = (records.read(planned.cell.id) for planned in plan.cells)
    return [_evaluated(plan, records, record) for record in found if record is not None]


def current_records(plan: Plan, records: Records) -> list[Record]:
    """The records of the cells that are done and of those that failed: none that is stale."""
    wanted = [planned.cell.id for planned in plan.cells if planned.status in ("done", "failed")]
    found = (records.read(cell) for cell in wanted)
    return [_evaluated(plan, records, record) for record in found if record is not None]


def leak_of(finished: Iterable[Finished]) -> str:
    """How patients leak into the test set of these cells, those of controls aside; empty when none do."""
    return next((record.leak for record in ordinary(finished) if record.leaky), "")


def _evaluated(plan: Plan, records: Records, record: Record) -> Record:
    """The record as the grid asks, marked as leaky also when an earlier version did not look for that."""
    if not record.leaky and record.body_part in plan.leaky_parts:
        record = record.model_copy(update={"leaky": True})
    return records.evaluated(record, plan.grid.evaluation) if isinstance(record, Finished) else record
