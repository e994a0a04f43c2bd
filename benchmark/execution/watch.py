"""Follow a run by its workspace alone, from any machine: what is done, and who computes what."""

import time
from dataclasses import dataclass

from benchmark.execution.plan import Plan, PlannedCell
from benchmark.store.leases import Holder
from benchmark.store.record import Failed, Record
from benchmark.store.records import Records


@dataclass(frozen=True)
class Watched:
    """A run at one moment.

    Rate and time left are those of the cells that finished while it was watched, in which a cell weighs its
    estimated time; None as long as there is none. Times are of the watcher's clock.
    """

    total: int
    done: int
    failed: tuple[Failed, ...]
    running: tuple[tuple[Holder, PlannedCell], ...]
    cells_per_minute: float | None
    seconds_left: float | None

    @property
    def ended(self) -> bool:
        """Whether every cell is done or failed, and none is computed."""
        return self.done + len(self.failed) >= self.total and not self.running


class Watch:
    """Follows the cells that a plan has to do; each `look` reads what is new in the workspace."""

    def __init__(self, plan: Plan, records: Records) -> None:
        self._plan, self._records, self._leases = plan, records, records.leases()
        self._began = time.monotonic()
        self._first = {planned.cell.id: records.written(planned.cell.id) for planned in plan.todo}
        self._known: dict[tuple[str, int], Record | None] = {}  # by cell and `Records.written`

    def look(self) -> Watched:
        """The run as it is now."""
        running = self._running()
        computed = {planned.cell.id for _, planned in running}
        others = [planned for planned in self._plan.todo if planned.cell.id not in computed]
        written = {planned.cell.id: self._new_record(planned) for planned in others}
        failed = tuple(record for record in written.values() if isinstance(record, Failed))
        new = [planned for planned in others if written[planned.cell.id] and self._is_new(planned)]
        waiting = [planned for planned in self._plan.todo if written.get(planned.cell.id) is None]
        elapsed, weight = time.monotonic() - self._began, sum(planned.seconds for planned in new)
        left = sum(planned.seconds for planned in waiting)
        return Watched(
            total=len(self._plan.cells),
            done=len(self._plan.cells) - len(waiting) - len(failed),
            failed=failed,
            running=running,
            cells_per_minute=60 * len(new) / elapsed if new else None,
            seconds_left=left * elapsed / weight if weight else None,
        )

    def _running(self) -> tuple[tuple[Holder, PlannedCell], ...]:
        cells = {planned.cell.id: planned for planned in self._plan.cells}
        holders = self._leases.holders()
        return tuple((holder, cells[holder.cell]) for holder in holders if holder.cell in cells)

    def _new_record(self, planned: PlannedCell) -> Record | None:
        """The record that was written since the first look, or was a failure then."""
        if not self._is_new(planned) and planned.status != "failed":
            return None
        cell = planned.cell.id
        written = self._records.written(cell)
        if written is None:
            return None
        if (cell, written) not in self._known:
            self._known[cell, written] = self._records.read(cell)
        return self._known[cell, written]

    def _is_new(self, planned: PlannedCell) -> bool:
        return self._records.written(planned.cell.id) != self._first[planned.cell.id]
