"""A grid file opened on a workspace, as most tests of runs need it."""

from pathlib import Path

from benchmark.execution.open_plan import open_plan as open_plan_of
from benchmark.execution.plan import Plan
from benchmark.grid.schema import read_grid
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace


def open_plan(grid: Path, workspace: Workspace) -> tuple[Plan, Records]:
    """The plan of a grid file and the records of its workspace."""
    return open_plan_of(read_grid(grid), workspace)
