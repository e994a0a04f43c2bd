"""What every worker of a run needs besides its cells; sent to each of them once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmark.execution.external_sets import lacking
from benchmark.execution.plan import Plan, PlannedCell
from benchmark.execution.record import Context
from benchmark.execution.subsets import Subsets
from benchmark.store.leases import HELD, Leases
from benchmark.store.record import Failed, Finished
from benchmark.store.records import Records, Result
from extractors.array_store import StoredArray, read_array

Outcome = tuple[str, str]  # (cell id, status)
DONE, FAILED = "ok", "failed"  # the status of a finished cell, and of one that cannot be computed


@dataclass(frozen=True, eq=False)
class Job:
    """A run as its workers see it: `plan` without its cells, the folders of the workspace, and settings."""

    plan: Plan
    context: Context
    records: Records
    cache: Path
    pixels_folder: Path
    token: str  # of the folder of records (`Records.token`)
    device: str
    engine: str
    threads: int  # of a function that uses no device
    device_threads: int

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to a worker: the fields, without what was computed from them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def subsets(self) -> Subsets:
        """The training subsets; each worker computes those that it needs."""
        return Subsets(self.plan)

    @cached_property
    def pixels(self) -> StoredArray:
        """The decoded images. Raises ValueError when they are not in the cache any more."""
        stored = read_array(self.pixels_folder, check=False)
        if stored is None:
            raise ValueError(f"the pixels {self.pixels_folder} were deleted; run again to decode them")
        return stored

    @property
    def sees_workspace(self) -> bool:
        """Whether this machine has the run's workspace at its place, and not another one of this name."""
        return self.records.token() == self.token and self.pixels_folder.is_dir()

    def moved(self, root: Path, arrays: Path) -> "Job":
        """The job on a machine without the workspace: records below `root`, arrays by digest in `arrays`."""
        records = Records(root, self.records.folder.name)
        pixels = arrays / self.context.from_grid["pixels_digest"]
        return replace(self, records=records, cache=root / "cache", pixels_folder=pixels)

    @cached_property
    def leases(self) -> Leases:
        """The leases of the grid's cells."""
        return self.records.leases()

    @contextmanager
    def begin(self, planned: PlannedCell) -> Iterator[Outcome | None]:
        """Hold a cell's lease in the block, which computes the cell when None is given.

        Else the cell is not to be computed, and the outcome is given: another process computes it now (HELD),
        or has finished it since it was planned.
        """
        with self.leases.hold(planned.cell.id) as mine:
            if not mine:
                yield planned.cell.id, HELD
            elif (status := self.status_since(planned)) is not None:
                yield planned.cell.id, status
            else:
                yield None

    def status_since(self, planned: PlannedCell) -> str | None:
        """DONE or FAILED where another process has computed this cell on the same data since it was planned.

        A cell whose failure was known when it was planned is to be tried again.
        """
        record = self.records.read(planned.cell.id)
        if (
            record is None
            or record.fingerprint != planned.fingerprint
            or record.pixels_digest != self.context.from_grid["pixels_digest"]
        ):
            return None
        if isinstance(record, Failed):
            return None if planned.status == "failed" else FAILED
        whole = not self.records.damage(planned.cell.id, record) and self._has_its_model(record)
        if whole and lacking(planned.cell, record, self.plan.external, self.records):
            return None
        return DONE if whole else None

    def _has_its_model(self, record: Finished) -> bool:
        """Whether a cell's model was kept, where the grid keeps any and a file can hold it."""
        none = self.plan.grid.keep_models == "none" or record.control or record.model_kept is False
        return bool(none) or self.records.has_model(record.cell)

    def write(self, result: Result) -> Outcome:
        """Store the result of a cell."""
        self.records.write(result)
        return result.cell, result.record.status
