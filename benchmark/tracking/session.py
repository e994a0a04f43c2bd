"""MLflow's part in a run: opened only when there is something to write, never in the way of computing."""

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmark.analysis.answers import Answers
from benchmark.errors import UserError, reason
from benchmark.execution.plan import Plan
from benchmark.store.records import Record, Records
from benchmark.store.workspace import Workspace
from benchmark.tracking.artifacts import cell_figures, cell_files, comparison_figures


class Session:
    """MLflow's part in a run: opened only when there is something to write.

    A store that fails while cells are computed does not stop them: the end of the run, or the next run,
    writes what is missing.
    """

    def __init__(self, workspace: Workspace, plan: Plan, records: Records) -> None:
        self._workspace, self._plan, self._records = workspace, plan, records
        self._tracker: Any = None
        self._broken = False

    def open(self) -> None:
        """Reach the store before anything is computed, so that a wrong address is said at once."""
        from benchmark.tracking.tracker import Tracker  # MLflow takes over a second to import

        self._workspace.folder.mkdir(parents=True, exist_ok=True)
        grid, workspace = self._plan.grid, self._workspace
        primary = grid.evaluation.unit, grid.evaluation.primary
        self._tracker = Tracker(workspace.uri, grid.name, grid.body_parts, workspace.artifacts, primary)

    def epoch(self, record: Record, epoch: dict[str, Any]) -> None:
        """Write one epoch of a fine-tuning that goes on."""
        self._try(partial(self._tracker.log_epoch, record, epoch))

    def cell(self, record: Record | None) -> None:
        """Write one finished or failed cell."""
        if record is not None:  # else deleted by another hand since
            self._try(partial(self._write, record))

    def close(self, known: list[Record], answers: Answers) -> None:
        """Make sure that MLflow holds every record, curve and comparison. Raises UserError if it cannot."""
        grid = self._plan.grid
        if self._workspace.is_logged(grid, known):
            return
        try:
            if self._tracker is None or self._broken:
                self.open()
            self._write_all(known, answers)
        except UserError:
            raise
        except Exception as error:  # MLflow raises many kinds for a store that it cannot use
            raise UserError(
                f"MLflow could not be written ({reason(error)}); every record is "
                f"kept in {self._records.folder}: run the same command again to log them"
            ) from error
        self._workspace.note_logged(grid, known)

    def _try(self, write: Callable[[], None]) -> None:
        if not self._broken:
            try:
                write()
            except Exception:
                self._broken = True

    def _write(self, record: Record) -> None:
        folder, unit = self._records.cell_folder(record["cell"]), self._plan.grid.evaluation.unit
        figures = partial(cell_figures, record, folder, unit)
        self._tracker.log_cell(record, figures, cell_files(record, folder))

    def _write_all(self, known: list[Record], answers: Answers) -> None:
        grid = self._plan.grid
        for record in known:
            self._write(record)
        primary, unit = grid.evaluation.primary, grid.evaluation.unit
        self._tracker.log_curves([*answers.points, *answers.controls])
        for part in grid.body_parts:
            rows = [row for row in answers.head_to_head if row["body_part"] == part]
            if rows:
                self._tracker.log_comparison(part, rows, partial(comparison_figures, rows, primary, unit))
