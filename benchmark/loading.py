"""From a grid's data set to its manifest, drawn first when it is a phantom."""

from pathlib import Path

from benchmark.datasets.manifest import Manifest, read_manifest
from benchmark.datasets.mura import read_mura
from benchmark.datasets.phantom import PHANTOM_VERSION, draw_phantom
from benchmark.grid import FileDataset, PhantomDataset
from extractors.specs import digest_of


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
