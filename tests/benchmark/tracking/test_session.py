"""MLflow's part in a run: opened when needed, and no failure of it stops a cell."""

import pytest

from benchmark.errors import UserError
from benchmark.store.record import Epoch
from benchmark.store.workspace import Workspace
from benchmark.tracking.session import NotLoggedError, Session
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

    def log_cells(self, cells):
        for cell in cells:
            self.log_cell(*cell)

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
    made = Session(workspace, plan, records)
    yield made
    made.end()


def test_the_store_is_opened_once_and_only_when_something_is_written(session, tracker):
    session.log_cell(None)
    assert tracker.opened == 0, "a cell that is gone is nothing to write"
    session.log_cell(finished())
    session.log_epoch(finished(), EPOCH)
    assert tracker.told == ["cell", "epoch"]
    assert tracker.opened == 1


def test_cells_that_end_shortly_after_one_another_are_logged_together(session, tracker, monkeypatch):
    now = 1000.0
    monkeypatch.setattr("benchmark.tracking.session.monotonic", lambda: now)
    for _ in range(3):
        session.log_cell(finished())
    assert tracker.told == ["cell"], "two wait for the next"
    now += 11
    session.log_cell(finished())
    assert tracker.told == ["cell"] * 4
    session.log_cell(finished())
    session.log_epoch(finished(), EPOCH)
    assert tracker.told == [*["cell"] * 5, "epoch"]
    for _ in range(51):
        session.log_cell(finished())
    assert tracker.told[6:] == ["cell"] * 50
    session.end()
    assert tracker.told[6:] == ["cell"] * 51


def test_a_store_that_fails_is_said_once_and_not_asked_again(session, tracker, caplog):
    tracker.error = RuntimeError("database is locked")
    for _ in range(3):
        session.log_cell(finished())
    (said,) = caplog.records
    assert "database is locked; cells are computed" in said.getMessage()
    assert "benchmark track" in said.getMessage()
    tracker.error = None
    session.log_cell(finished())
    assert tracker.told == [], "until the end of the run"


def test_a_store_that_is_back_at_the_end_gets_everything(whole, session, tracker):
    plan, records = whole
    known, answers = list(records.all()), answers_from(plan, records)
    tracker.error = ConnectionError("gone")
    session.begin()
    session.log_cell(known[0])
    tracker.error = None
    session.close(known, answers)
    assert tracker.told.count("cell") == len(known)


def test_a_model_that_cannot_be_written_keeps_nothing_else_out(whole, session, tracker, monkeypatch, caplog):
    plan, records = whole
    known = list(records.all())
    monkeypatch.setattr("benchmark.tracking.session.models_asked_for", lambda *_: known[:2])

    def write(record, make):
        make(None)

    def fail(*_):
        raise ValueError("vectors of given images have no network")

    tracker.log_model = write
    monkeypatch.setattr("benchmark.tracking.session._write_model", fail)
    session.close(known, answers_from(plan, records))
    assert "curves" in tracker.told
    assert [text for text in caplog.messages if "is not in MLflow: vectors of given images" in text][1:]


@pytest.mark.parametrize("moment", ["begin", "log_cell"])
def test_no_failure_of_mlflow_reaches_the_cells(session, tracker, monkeypatch, moment):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("benchmark.tracking.session.open_tracker", fail)
    getattr(session, moment)(*([finished()] if moment == "log_cell" else []))
    assert tracker.told == []


def test_passwords_are_not_in_what_is_said(whole, tmp_path, tracker, caplog):
    tracker.error = RuntimeError("http://bob:s3cret@host refused s3cret")
    workspace = Workspace(tmp_path, "http://bob:s3cret@host")
    session = Session(workspace, whole[0], workspace.records("g"))
    session.log_cell(finished())
    assert "MLflow" in caplog.text
    assert "s3cret" not in caplog.records[0].getMessage()


def test_a_second_process_leaves_its_cells_to_its_end(whole, tmp_path, tracker, monkeypatch):
    plan, records = whole
    workspace = Workspace(tmp_path)
    first, second = (Session(workspace, plan, records) for _ in range(2))
    first.begin()
    second.log_cell(finished())
    assert tracker.told == []
    monkeypatch.setattr("benchmark.tracking.session._PATIENCE", 0.1)
    with pytest.raises(NotLoggedError, match="another process is logging"):
        second.close([finished()], answers_from(plan, records))
    first.end()
    second.close([finished()], answers_from(plan, records))
    assert tracker.told[0] == "cell"


def test_the_end_of_a_run_writes_all_and_the_next_writes_nothing(whole, session, tracker, monkeypatch):
    plan, records = whole
    known, answers = list(records.all()), answers_from(plan, records)
    monkeypatch.setattr(Workspace, "_holds_experiment", lambda *_: True)
    session.close(known, answers)
    assert tracker.told.count("cell") == len(known)
    assert tracker.told[-4:] == ["curves", "comparison all", "comparison elbow", "comparison wrist"]
    tracker.told.clear()
    session.close(known, answers)
    assert tracker.told == []
    session.close(known, answers, look=True)
    assert tracker.told.count("cell") == len(known)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RuntimeError("locked\nand more"), "^MLflow could not be written: locked$"),
        (UserError("no such server"), "^no such server$"),
    ],
)
def test_a_failure_at_the_end_is_one_line(whole, session, tracker, error, message):
    plan, records = whole
    tracker.error = error
    with pytest.raises(UserError, match=message):
        session.close([finished()], answers_from(plan, records))
    assert not session._workspace.is_logged(plan.grid, [finished()])
