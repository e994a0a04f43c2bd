"""Log a run to MLflow while cells are computed. MLflow is never in their way: what fails is logged later."""

import logging
import math
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from benchmark.analysis.answers import Answers
from benchmark.analysis.head_to_head import by_question
from benchmark.errors import UserError, reason
from benchmark.execution.kept_models import models_asked_for
from benchmark.execution.plan import Plan
from benchmark.store.addresses import sqlite_path, without_secrets
from benchmark.store.record import Epoch, Finished, Header, Record
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from benchmark.tracking.artifacts import cell_figures, cell_files, comparison_figures
from benchmark.tracking.patience import impatient
from results.frames import records

if TYPE_CHECKING:
    from benchmark.tracking.tracker import LoggedCell, Tracker

_LOCK = ".tracking.lock"  # held by the process that logs the grid
_PATIENCE = 60.0  # seconds for another process to finish logging the same grid
# Cells that end within so many seconds are logged together, at most so many: one by itself, amid the work of
# others, takes MLflow three to four times as long.
_TOGETHER_SECONDS, _TOGETHER = 10.0, 50
_log = logging.getLogger(__name__)


class NotLoggedError(UserError):
    """MLflow does not hold the results of a run; its records do."""


class Session:
    """Logs finished cells and epochs during a run, and everything that is missing at its end.

    Nothing that MLflow does stops a cell. Its first failure is said once, as a warning in the log, and then
    it is left alone until `close`, which tries once more. One process at a time logs a grid: a second one
    leaves its cells to its own `close`. Cells that end shortly after one another are logged together.
    """

    def __init__(self, workspace: Workspace, plan: Plan, records: Records) -> None:
        self._workspace, self._plan, self._records = workspace, plan, records
        self._folder = workspace.records(plan.grid.name).folder
        self._lock = FileLock(self._folder / _LOCK)
        self._tracker: Tracker | None = None
        self._waits = False  # for `close`: the store has failed, or another process logs this grid
        self._ended: list[Record] = []  # cells that are not logged yet
        self._last = -math.inf  # when cells were logged

    def begin(self) -> None:
        """Open the store before anything is computed, so that a wrong address is said at once."""
        self._try(lambda: None)

    def log_epoch(self, record: Header, epoch: Epoch) -> None:
        """Log one epoch of a running fine-tuning, and the cells that have ended."""
        self._log_ended()
        self._try(lambda: self._open().log_epoch(record, epoch))

    def log_cell(self, record: Record | None) -> None:
        """Log one finished or failed cell, at once or with the next ones."""
        if record is not None:  # None: another process has deleted it
            self._ended.append(record)
        if len(self._ended) >= _TOGETHER or monotonic() > self._last + _TOGETHER_SECONDS:
            self._log_ended()

    def close(self, known: Sequence[Record], answers: Answers, *, look: bool = False) -> None:
        """Log every record, curve and comparison that MLflow lacks. Raises NotLoggedError when that fails.

        Without `look` the store is not opened when it is known to lack nothing.
        """
        grid = self._plan.grid
        try:
            if look or not self._workspace.is_logged(grid, known):
                self._ended = []  # they are among those that are known
                self._acquire(_PATIENCE)
                with impatient():
                    self._write_all(known, answers)
                self._workspace.note_logged(grid, known)
        except Exception as error:  # MLflow raises many kinds for a store that it cannot use
            _log.info("MLflow could not be written", exc_info=True)
            raise NotLoggedError(self._reason(error)) from error
        finally:
            self.end()

    def end(self) -> None:
        """Log the cells that have ended, and let other processes log this grid."""
        self._log_ended()
        self._lock.release()

    def _log_ended(self) -> None:
        ended, self._ended = self._ended, []
        if ended:
            self._try(lambda: self._open().log_cells([self._content(record) for record in ended]))
            self._last = monotonic()

    def _acquire(self, seconds: float) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=seconds)
        except Timeout:
            raise UserError(
                f"another process is logging the grid '{self._plan.grid.name}' to MLflow"
            ) from None

    def _open(self) -> "Tracker":
        if self._tracker is None:
            self._tracker = open_tracker(self._workspace, self._plan)
        return self._tracker

    def _try(self, write: Callable[[], None]) -> None:
        """Call `write` unless an earlier write of this run failed; say why it fails."""
        if self._waits:
            return
        try:
            if not self._lock.is_locked:
                self._acquire(0)
            with impatient():
                self._open()
                write()
        except Exception as error:
            self._waits, self._tracker = True, None
            _log.warning(
                "%s; cells are computed and recorded all the same, and logged at the end of this run or by "
                "'benchmark track'",
                self._reason(error),
            )
            _log.info("MLflow's error", exc_info=True)

    def _reason(self, error: Exception) -> str:
        text = str(error) if isinstance(error, UserError) else f"MLflow could not be written: {reason(error)}"
        return without_secrets(text, self._workspace.tracking_uri)

    def _content(self, record: Record) -> "LoggedCell":
        folder, unit = self._records.cell_folder(record.cell), self._plan.grid.evaluation.unit
        return record, partial(cell_figures, record, self._records, unit), cell_files(record, folder)

    def _write_all(self, known: Sequence[Record], answers: Answers) -> None:
        if self._waits:  # what another process has logged meanwhile is read again
            self._tracker = None
        tracker, evaluation = self._open(), self._plan.grid.evaluation
        tracker.log_cells(map(self._content, known))
        for kept in models_asked_for(self._plan, self._records):
            try:
                tracker.log_model(kept, partial(_write_model, self._records, kept))
            except (UserError, ValueError) as error:  # of this model, which the others need not wait for
                _log.warning("the model of the cell %s is not in MLflow: %s", kept.cell, reason(error))
        tracker.log_curves([*answers.points, *answers.control_points])
        if len(answers.elsewhere):
            tracker.log_external(records(answers.elsewhere))
        for part in self._plan.grid.body_parts:
            of_part = [row for row in answers.head_to_head if row["body_part"] == part]
            for _, rows in by_question(of_part):
                figures = partial(comparison_figures, rows, evaluation.primary, evaluation.unit)
                tracker.log_comparison(part, rows, figures)


def _write_model(records: Records, record: Finished, folder: Path) -> None:
    from benchmark.tracking.study_model import save_study_model  # torch and MLflow: seconds to import

    save_study_model(records, record, folder)


def open_tracker(workspace: Workspace, plan: Plan) -> "Tracker":
    """The tracker of a grid's experiment. Raises UserError within 10 s when the store cannot be reached."""
    from benchmark.tracking.tracker import Tracker  # MLflow takes over a second to import

    prepare_store(workspace)
    grid = plan.grid
    primary = grid.evaluation.unit, grid.evaluation.primary
    return Tracker(workspace.uri, grid.name, grid.body_parts, workspace.artifacts, primary)


def prepare_store(workspace: Workspace) -> None:
    """Make sure that the store can be opened: an SQLite file is made or mended, a server answers.

    Raises UserError when it cannot.
    """
    from benchmark.tracking.database import prepare_database
    from benchmark.tracking.mlflow_experiment import forget_connections
    from benchmark.tracking.reachable import check_reachable

    uri = workspace.uri
    path = sqlite_path(uri)
    if path is None:
        check_reachable(uri)
        return
    try:
        if prepare_database(path, workspace.artifacts):
            forget_connections(uri)
    except (OSError, sqlite3.Error) as error:
        raise UserError(f"MLflow's database {path} cannot be used: {reason(error)}") from error
