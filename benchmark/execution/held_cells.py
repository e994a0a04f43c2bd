"""Cells that other processes compute: wait for them, and take over those whose process is gone."""

import logging
import time
from collections.abc import Generator, Sequence

from benchmark.execution.job import Job, Outcome
from benchmark.execution.plan import PlannedCell

_EVERY = 1.0  # seconds between two looks
_log = logging.getLogger(__name__)


class HeldCells:
    """The cells of a run whose lease another process has."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._held: dict[str, PlannedCell] = {}

    def add(self, cell: str, planned: Sequence[PlannedCell]) -> None:
        """Remember a cell, which is one of those planned."""
        self._held[cell] = next(one for one in planned if one.cell.id == cell)

    def released(self) -> Generator[Outcome, None, list[PlannedCell]]:
        """Yield the cells that others finish; return those that nobody computes any more, to compute here."""
        for cell in self._held:
            if holder := self._job.leases.holder(cell):
                _log.info("cell %s: %s computes it; waiting for its end", cell, holder.name)
        while self._held:
            free = [cell for cell in self._held if self._job.leases.holder(cell) is None]
            planned = [self._held.pop(cell) for cell in free]
            again = []
            for one in planned:
                if (status := self._job.status_since(one)) is not None:
                    yield one.cell.id, status
                else:
                    again.append(one)
            if again:
                return again
            time.sleep(_EVERY if self._held else 0)
        return []
