"""From a grid to its plan: load its data set (drawn first when it is a phantom), compare with the records."""

from pathlib import Path

from benchmark.datasets.manifest import Manifest, read_manifest
from benchmark.datasets.mura import read_mura
from benchmark.datasets.phantom.draw import PHANTOM_VERSION, draw_phantom
from benchmark.execution.executors import available_cores
from benchmark.execution.plan import Plan, make_plan
from benchmark.grid.schema import FileDataset, Grid, PhantomDataset
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from extractors.digests import digest_of


def open_plan(grid: Grid, workspace: Workspace) -> tuple[Plan, Records]:
    """Read a grid's data, and compare what it asks for with the records of the workspace."""
    manifest = load_manifest(grid.dataset, workspace.cache, jobs=available_cores())
    records = workspace.records(grid.name)
    return make_plan(grid, manifest, records), records


def load_manifest(dataset: FileDataset | PhantomDataset, cache: Path, jobs: int = 1) -> Manifest:
    """The images of a grid's data set. Raises UserError for data that cannot be used."""
    if isinstance(dataset, PhantomDataset):
        return read_mura(phantom_root(dataset, cache, jobs))
    if dataset.kind == "mura":
        return read_mura(dataset.root)
    return read_manifest(dataset.root / "manifest.csv" if dataset.root.is_dir() else dataset.root)


def phantom_root(dataset: PhantomDataset, cache: Path, jobs: int) -> Path:
    """Draw the phantom into the cache unless it is there."""
    settings = dataset.model_dump(exclude={"kind", "protocol"})
    return draw_phantom(
        cache / "phantom" / digest_of({**settings, "version": PHANTOM_VERSION})[:12], jobs=jobs, **settings
    )
