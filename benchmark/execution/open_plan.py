"""Open the plan of a grid: read its data set and compare its cells with the stored records."""

from pathlib import Path

from benchmark.datasets.kind import DatasetKeys
from benchmark.datasets.kinds import DATASET_KINDS
from benchmark.datasets.manifest import Manifest
from benchmark.execution.executors import available_cores
from benchmark.execution.plan import Plan, make_plan
from benchmark.grid.schema import Grid
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace


def open_plan(grid: Grid, workspace: Workspace) -> tuple[Plan, Records]:
    """The plan of a grid and the records of the workspace. Raises UserError for data that cannot be used."""
    manifest = load_manifest(grid.dataset, workspace.cache, jobs=available_cores())
    records = workspace.records(grid.name)
    return make_plan(grid, manifest, records), records


def load_manifest(dataset: DatasetKeys, cache: Path, jobs: int = 1) -> Manifest:
    """The images of a grid's data set. Raises UserError for data that cannot be used."""
    return DATASET_KINDS[dataset.kind].read(dataset, cache, jobs)
