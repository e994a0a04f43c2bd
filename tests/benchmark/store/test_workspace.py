"""Where a workspace keeps things, and how it knows what MLflow holds already."""

import pytest

from benchmark.store.workspace import Workspace
from tests.benchmark.planted import grid_of
from tests.benchmark.recorded import finished

GRID = grid_of()
RECORDS = [finished(), finished(cell="c2", seed=1)]


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path / "runs")
    workspace.records(GRID.name).folder.mkdir(parents=True)
    workspace.database.write_bytes(b"")
    return workspace


def test_everything_lies_below_its_folder(workspace):
    for place in (workspace.cache, workspace.database, workspace.artifacts, workspace.records("g").folder):
        assert place.is_relative_to(workspace.folder)
    assert workspace.uri == f"sqlite:///{workspace.database.resolve()}"


def test_a_server_has_its_own_address_and_artifacts(tmp_path):
    workspace = Workspace(tmp_path, "http://server:5000")
    assert workspace.uri == "http://server:5000"
    assert workspace.artifacts is None


def test_what_was_noted_is_logged(workspace):
    assert not workspace.is_logged(GRID, RECORDS), "nothing was noted yet"
    workspace.note_logged(GRID, RECORDS)
    assert workspace.is_logged(GRID, RECORDS)


@pytest.mark.parametrize(
    ("grid", "records"),
    [
        (GRID, RECORDS[:1]),
        (GRID, [*RECORDS[:1], finished(cell="c2", seed=1, threshold=0.4)]),
        (grid_of(evaluation={"resamples": 300}), RECORDS),
        (grid_of(body_parts=["all"]), RECORDS),
        (grid_of(name="other"), RECORDS),
    ],
    ids=["fewer records", "another record", "another evaluation", "fewer body parts", "another grid"],
)
def test_anything_else_is_not_logged(workspace, grid, records):
    workspace.note_logged(GRID, RECORDS)
    assert not workspace.is_logged(grid, records)


def test_another_store_does_not_hold_it(workspace):
    workspace.note_logged(GRID, RECORDS)
    assert not Workspace(workspace.folder, "sqlite:///other.db").is_logged(GRID, RECORDS)


def test_a_database_that_is_gone_and_a_torn_note_hold_nothing(workspace):
    workspace.note_logged(GRID, RECORDS)
    note = workspace.records(GRID.name).folder / ".logged.json"
    text = note.read_text()
    note.write_text(text[:9])
    assert not workspace.is_logged(GRID, RECORDS)
    note.write_text(text)
    workspace.database.unlink()
    assert not workspace.is_logged(GRID, RECORDS)
