"""MLflow's part in a run: opened when needed, and no failure of it stops a cell."""

import logging

import pytest

from benchmark.errors import UserError
from benchmark.store.record import Epoch
from benchmark.store.workspace import Workspace
from benchmark.tracking.session import Session
from tests.benchmark.planted import answers_from
from tests.benchmark.recorded import finished

EPOCH = Epoch.model_validate(
    {"step": 1, "epoch": 1, "stage": 0, "train_loss": 0.5, "learning_rate": 0.1, "seconds": 1}
)


class Tracker:
    """A tracker that counts what it is told, and fails when asked to."""

    def __init__(self):
        self.told, self.error = [], None

    def _note(self, name):
        if self.error:
            raise self.error
        self.told.append(name)

    def log_epoch(self, record, epoch):
        self._note("epoch")

    def log_cell(self, record, figures, files):
        self._note("cell")

    def log_curves(self, points):
        self._note("curves")

    def log_comparison(self, part, rows, figures):
        self._note(f"comparison {part}")


@pytest.fixture
def tracker(monkeypatch):
    tracker = Tracker()
    tracker.opened = 0

    def opened(workspace, plan):
        tracker.opened += 1
        return tracker

    monkeypatch.setattr("benchmark.tracking.session.open_tracker", opened)
    return tracker


@pytest.fixture
def session(whole, tmp_path, tracker):
    plan, records = whole
    workspace = Workspace(tmp_path / "runs")
    workspace.records(plan.grid.name).folder.mkdir(parents=True)
    return Session(workspace, plan, records)


def test_the_store_is_opened_once_and_only_when_something_is_written(session, tracker):
    session.log_cell(None)
    assert tracker.opened == 0, "a cell that is gone is nothing to write"
    session.log_cell(finished())
    session.log_epoch(finished(), EPOCH)
    assert tracker.told == ["cell", "epoch"]
    assert tracker.opened == 1


def test_a_store_that_fails_is_said_once_and_not_asked_again(session, tracker, caplog):
    tracker.error = RuntimeError("database is locked")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            session.log_cell(finished())
    assert len(caplog.records) == 1
    tracker.error = None
    session.log_cell(finished())
    assert tracker.told == [], "until the end of the run"
    session.open()
    assert tracker.opened == 2, "the end of the run tries again"
    session.log_cell(finished())
    assert tracker.told == ["cell"]


def test_the_end_of_a_run_writes_all_and_the_next_writes_nothing(whole, session, tracker):
    plan, records = whole
    known, answers = list(records.all()), answers_from(plan, records)
    session._workspace.database.write_bytes(b"")
    session.close(known, answers)
    assert tracker.told.count("cell") == len(known)
    assert tracker.told[-4:] == ["curves", "comparison all", "comparison elbow", "comparison wrist"]
    tracker.told.clear()
    session.close(known, answers)
    assert tracker.told == []


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RuntimeError("locked\nand more"), r"could not be written \(locked\); every record is kept in"),
        (UserError("no such server"), "^no such server$"),
    ],
)
def test_a_failure_at_the_end_is_one_line(whole, session, tracker, error, message):
    plan, records = whole
    tracker.error = error
    with pytest.raises(UserError, match=message):
        session.close([finished()], answers_from(plan, records))
    assert not session._workspace.is_logged(plan.grid, [finished()])
