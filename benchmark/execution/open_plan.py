"""From a grid file to its plan: read the grid, read its data set, compare with the stored records."""

from pathlib import Path

from benchmark.datasets.kinds import DATASET_KINDS, DatasetKeys
from benchmark.datasets.manifest import Manifest
from benchmark.execution.executors import available_cores
from benchmark.execution.plan import Plan, make_plan
from benchmark.grid.schema import read_grid
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace


def open_plan(grid_file: Path, workspace: Workspace) -> tuple[Plan, Records]:
    """The plan of a grid file and the records of its grid. Raises UserError for a wrong grid or data."""
    grid = read_grid(grid_file)
    manifest = load_manifest(grid.dataset, workspace.cache, jobs=available_cores())
    records = workspace.records(grid.name)
    return make_plan(grid, manifest, records), records


def load_manifest(dataset: DatasetKeys, cache: Path, jobs: int = 1) -> Manifest:
    """The images of a grid's data set. Raises UserError for data that cannot be used."""
    return DATASET_KINDS[dataset.kind].read(dataset, cache, jobs)
