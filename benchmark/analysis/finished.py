"""The records of a plan's cells, evaluated as its grid asks."""

from benchmark.execution.plan import Plan
from benchmark.store.records import Record, Records


def read_records(plan: Plan, records: Records) -> list[Record]:
    """The records of the plan's cells, in the grid's order, whatever their status; evaluated as it asks."""
    settings = plan.grid.evaluation.model_dump(include={"confidence", "resamples"})
    found = (records.read(planned.cell.id) for planned in plan.cells)
    return [
        records.evaluated(record, settings) if record["status"] == "ok" else record
        for record in found
        if record is not None
    ]
