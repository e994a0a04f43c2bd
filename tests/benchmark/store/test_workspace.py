"""Where a workspace keeps things, and how it knows what MLflow holds already."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import make_url

from benchmark.errors import UserError
from benchmark.store.workspace import Workspace
from tests.benchmark.planted import grid_of
from tests.benchmark.recorded import finished

GRID = grid_of()
RECORDS = [finished(), finished(cell="c2", seed=1)]


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path / "runs")
    workspace.records(GRID.name).folder.mkdir(parents=True)
    fill(workspace, GRID.name)
    return workspace


def fill(workspace, *names, stage="active"):
    """Make a database that has experiments of these names, as MLflow would."""
    place = workspace.artifacts.resolve().as_uri()
    with closing(sqlite3.connect(workspace.database)) as store, store:
        store.execute("CREATE TABLE experiments (name TEXT, lifecycle_stage TEXT, artifact_location TEXT)")
        store.executemany(
            "INSERT INTO experiments VALUES (?, ?, ?)", [(name, stage, place) for name in names]
        )


def test_everything_lies_below_its_folder(workspace):
    for place in (workspace.cache, workspace.database, workspace.artifacts, workspace.records("g").folder):
        assert place.is_relative_to(workspace.folder)
    assert workspace.uri == f"sqlite:///{workspace.database.resolve()}"


@pytest.mark.parametrize("name", ["what?", "%41bc", "a b#c"])
def test_any_name_of_a_folder_is_the_place_of_its_database(tmp_path, name):
    workspace = Workspace(tmp_path / name)
    assert make_url(workspace.uri).database == str(workspace.database.resolve())


@pytest.mark.parametrize("name", ["mlflow.db", "mlflow.db-wal", "mlartifacts", "mlruns"])
def test_a_grid_has_no_name_of_mlflows_files(tmp_path, name):
    with pytest.raises(UserError, match=f"cannot be called '{name}'"):
        Workspace(tmp_path).records(name)


SECRET = "http://bob:s3cret@host:5000/?token=abc123"


def test_passwords_are_neither_shown_nor_noted(tmp_path):
    workspace = Workspace(tmp_path, SECRET)
    workspace.records(GRID.name).folder.mkdir()
    workspace.note_logged(GRID, RECORDS)
    written = (workspace.records(GRID.name).folder / ".logged.json").read_text()
    for text in (written, workspace.shown_uri):
        assert not any(secret in text for secret in ("bob", "s3cret", "abc123"))
    assert workspace.is_logged(GRID, RECORDS)
    assert Workspace(tmp_path, "http://other:pw@host:5000").is_logged(GRID, RECORDS), "the same server"
    assert not Workspace(tmp_path, "http://host:5001").is_logged(GRID, RECORDS)


def test_a_server_has_its_own_address_and_artifacts(tmp_path):
    workspace = Workspace(tmp_path, "http://server:5000")
    assert workspace.uri == "http://server:5000"
    assert workspace.artifacts is None


def test_a_database_without_a_server_has_its_artifacts_in_the_workspace(tmp_path):
    for address in ("postgresql+psycopg://user:pw@host/db", "sqlite:///elsewhere.db", None):
        assert Workspace(tmp_path, address).artifacts == tmp_path / "mlartifacts"


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
    assert workspace.is_logged(GRID, RECORDS)
    workspace.database.unlink()
    assert not workspace.is_logged(GRID, RECORDS)


@pytest.mark.parametrize("fault", ["damaged", "empty", "deleted", "another", "moved"])
def test_a_database_that_cannot_hold_them_holds_nothing(workspace, tmp_path, fault):
    workspace.note_logged(GRID, RECORDS)
    if fault == "moved":
        workspace = Workspace(workspace.folder.rename(tmp_path / "moved"))
    else:
        workspace.database.unlink()
    if fault in ("damaged", "empty"):
        workspace.database.write_bytes(b"no database" if fault == "damaged" else b"")
    elif fault != "moved":
        fill(workspace, GRID.name if fault == "deleted" else "other", stage="deleted")
    assert not workspace.is_logged(GRID, RECORDS)
