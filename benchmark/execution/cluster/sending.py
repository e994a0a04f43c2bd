"""Workers that do not see the workspace: arrays are sent to them once, and records come back as files."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from distributed import get_worker
from filelock import FileLock
from numpy.typing import NDArray

from benchmark.execution.job import Job, Outcome
from benchmark.store.leases import HELD
from extractors.array_store import PartialArray, read_array


class Movable(Protocol):
    """An item of a run that can be computed where the arrays that it needs are in other folders."""

    def arrays(self, job: Job) -> list[Path]:
        """The folders of the stored arrays that it needs."""
        ...

    def moved(self, arrays: Mapping[Path, Path]) -> Self:
        """The item where its arrays are in other folders."""
        ...


@dataclass(frozen=True, eq=False)
class SentArray:
    """A stored array on its way: its folder at the origin, values, facts (JSON) and digest."""

    folder: Path
    data: NDArray[Any]
    meta: str
    digest: str

    @classmethod
    def of(cls, folder: Path) -> "SentArray":
        """Read an array to send. Raises ValueError when it is not there any more."""
        stored = read_array(folder)
        if stored is None:
            raise ValueError(f"the array {folder} was deleted; run again to make it")
        return cls(folder, np.asarray(stored.data), json.dumps(stored.meta), stored.digest)

    def place(self, arrays: Path) -> Path:
        """Its folder below `arrays` on this machine, written when it is not there yet.

        Raises ValueError for other values than were sent.
        """
        folder = arrays / self.digest
        arrays.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if read_array(folder, check=False) is None:
                meta = json.loads(self.meta)
                ids, _ = meta.pop("ids"), meta.pop("digest")
                partial = PartialArray(folder, self.data.shape, self.data.dtype, len(self.data))
                for rows in list(partial.pending):
                    partial.write(rows, self.data[rows])
                if partial.finish(ids, **meta).digest != self.digest:
                    shutil.rmtree(folder)
                    raise ValueError(f"the array {self.folder} was damaged on its way to a worker")
        return folder


@dataclass(frozen=True)
class SentResults:
    """The outcomes of an item, and the files of each cell that was computed."""

    outcomes: list[Outcome]
    files: dict[str, dict[str, bytes]]

    def receive(self, job: Job) -> list[Outcome]:
        """Write the cells into the workspace, each checked by its digest; returns the outcomes."""
        for cell, contents in self.files.items():
            job.records.receive(cell, contents)
        return self.outcomes


def compute_apart(
    function: Callable[[Any, Job], list[Outcome]], item: Movable, job: Job, sent: Sequence[SentArray]
) -> SentResults:
    """Compute an item on a worker without the workspace, in a folder of the worker."""
    root = Path(get_worker().local_directory) / "benchmark"
    places = {array.folder: array.place(root / "arrays") for array in sent}
    moved = _moved(job, root)
    outcomes = function(item.moved(places), moved)
    files = {cell: moved.records.contents(cell) for cell, status in outcomes if status != HELD}
    for cell in files:
        shutil.rmtree(moved.records.cell_folder(cell), ignore_errors=True)
    return SentResults(outcomes, files)


@cache
def _moved(job: Job, root: Path) -> Job:
    """One job for all items: it computes its subsets once."""
    return job.moved(root, root / "arrays")
