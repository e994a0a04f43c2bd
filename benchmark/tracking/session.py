"""Log a run to MLflow while cells are computed; an MLflow error does not stop them."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from benchmark.analysis.answers import Answers
from benchmark.errors import UserError, reason
from benchmark.execution.plan import Plan
from benchmark.store.record import Epoch, Header, Record
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from benchmark.tracking.artifacts import cell_figures, cell_files, comparison_figures

if TYPE_CHECKING:
    from benchmark.tracking.tracker import Tracker

_log = logging.getLogger(__name__)


class Session:
    """Logs finished cells and epochs during a run, and everything that is missing at its end.

    When the store fails during the run, the error is written to the log once, and the end of this run or the
    next run logs what is missing.
    """

    def __init__(self, workspace: Workspace, plan: Plan, records: Records) -> None:
        self._workspace, self._plan, self._records = workspace, plan, records
        self._tracker: Tracker | None = None
        self._broken = False

    def open(self) -> "Tracker":
        """Open the store, before anything is computed, so that a wrong URI raises UserError at once."""
        if self._tracker is None or self._broken:
            self._tracker, self._broken = open_tracker(self._workspace, self._plan), False
        return self._tracker

    def log_epoch(self, record: Header, epoch: Epoch) -> None:
        """Log one epoch of a running fine-tuning."""
        self._try(lambda: self.open().log_epoch(record, epoch))

    def log_cell(self, record: Record | None) -> None:
        """Log one finished or failed cell."""
        if record is not None:  # None: another process has deleted it
            self._try(lambda: self._write(record))

    def close(self, known: Sequence[Record], answers: Answers) -> None:
        """Log every record, curve and comparison that MLflow lacks. Raises UserError when that fails."""
        grid = self._plan.grid
        if self._workspace.is_logged(grid, known):
            return
        try:
            self._write_all(known, answers)
        except UserError:
            raise
        except Exception as error:  # MLflow raises many kinds for a store that it cannot use
            _log.exception("MLflow could not be written")
            raise UserError(
                f"MLflow could not be written ({reason(error)}); every record is kept in "
                f"{self._records.folder}: run the same command again to log them"
            ) from error
        self._workspace.note_logged(grid, known)

    def _try(self, write: Callable[[], None]) -> None:
        """Call `write` unless an earlier write of this run failed; log its exception."""
        if self._broken:
            return
        try:
            write()
        except Exception:
            self._broken = True
            _log.exception("MLflow could not be written; the run continues and tries again at its end")

    def _write(self, record: Record) -> None:
        folder, unit = self._records.cell_folder(record.cell), self._plan.grid.evaluation.unit
        figures = partial(cell_figures, record, folder, unit)
        self.open().log_cell(record, figures, cell_files(record, folder))

    def _write_all(self, known: Sequence[Record], answers: Answers) -> None:
        tracker, evaluation = self.open(), self._plan.grid.evaluation
        for record in known:
            self._write(record)
        tracker.log_curves([*answers.points, *answers.control_points])
        for part in self._plan.grid.body_parts:
            rows = [row for row in answers.head_to_head if row["body_part"] == part]
            if rows:
                figures = partial(comparison_figures, rows, evaluation.primary, evaluation.unit)
                tracker.log_comparison(part, rows, figures)


def open_tracker(workspace: Workspace, plan: Plan) -> "Tracker":
    """The tracker of a grid's experiment. Raises UserError when the store cannot be reached."""
    from benchmark.tracking.tracker import Tracker  # MLflow takes over a second to import

    workspace.folder.mkdir(parents=True, exist_ok=True)
    grid = plan.grid
    primary = grid.evaluation.unit, grid.evaluation.primary
    return Tracker(workspace.uri, grid.name, grid.body_parts, workspace.artifacts, primary)
