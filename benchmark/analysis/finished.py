"""The records of a plan's cells, evaluated as its grid asks."""

from benchmark.execution.plan import Plan
from benchmark.store.record import Finished, Record
from benchmark.store.records import Records


def read_records(plan: Plan, records: Records) -> list[Record]:
    """The records of the plan's cells, in the grid's order, whatever their status; evaluated as it asks."""
    evaluation = plan.grid.evaluation
    found = (records.read(planned.cell.id) for planned in plan.cells)
    return [
        records.evaluated(record, evaluation) if isinstance(record, Finished) else record
        for record in found
        if record is not None
    ]


def finished_records(plan: Plan, records: Records) -> list[Finished]:
    """The records of the cells that are done as they would be computed today: what every answer rests on."""
    done = {planned.cell.id for planned in plan.cells if planned.status == "done"}
    known = read_records(plan, records)
    return [record for record in known if isinstance(record, Finished) and record.cell in done]
