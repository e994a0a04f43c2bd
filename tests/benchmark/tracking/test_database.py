"""MLflow's SQLite file is whole, whatever a killed, doubled or earlier process left there."""

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from benchmark.errors import UserError
from benchmark.store.addresses import sqlite_uri
from benchmark.tracking import database
from benchmark.tracking.database import prepare_database, remove_quoted_folders

PREPARE = """
import sys
from pathlib import Path
from benchmark.tracking.database import prepare_database
print("ready", flush=True)
prepare_database(Path(sys.argv[1]), None)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs" / "mlflow.db"


@pytest.fixture
def copied(empty_store, monkeypatch):
    """New databases are copies of one that MLflow has made, which takes it seconds."""
    monkeypatch.setattr(database, "_create", lambda new: shutil.copy(empty_store, new))


@pytest.fixture
def there(path, empty_store):
    path.parent.mkdir()
    shutil.copy(empty_store, path)
    return path


def query(path, text, *values):
    with closing(sqlite3.connect(path)) as store, store:
        return store.execute(text, values).fetchall()


def is_whole(path):
    return (
        query(path, "PRAGMA quick_check") == [("ok",)] and query(path, "SELECT * FROM alembic_version") != []
    )


def names(path):
    return sorted(p.name for p in path.parent.iterdir() if not p.name.endswith(".lock"))


def test_an_absent_one_is_made_and_a_whole_one_stays(path, copied):
    assert prepare_database(path, None)
    before = path.stat().st_ino
    assert is_whole(path)
    assert not prepare_database(path, None)
    assert path.stat().st_ino == before
    assert names(path) == ["mlflow.db"]


def test_killed_while_it_is_made_and_two_at_once_after_it(path):
    command = [sys.executable, "-c", PREPARE, str(path)]
    killed = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    killed.stdout.readline()
    end = time.monotonic() + 60
    while not list(path.parent.glob(".mlflow.db.new*")) and time.monotonic() < end:
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert not path.exists(), "nothing half made has its name"
    assert list(path.parent.glob(".mlflow.db.new*"))
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    errors = [process.communicate(timeout=100)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    assert is_whole(path)
    assert names(path) == ["mlflow.db"]


def half_migrated(path):
    query(path, "DELETE FROM alembic_version")


def no_table(path):
    query(path, "DROP TABLE alembic_version")


def truncated(path):
    path.write_bytes(path.read_bytes()[:300_000])


def garbage(path):
    path.write_bytes(b"SQLite format 3\0" + bytes(5000))


def overwritten(path):
    content = bytearray(path.read_bytes())
    content[4096 * 5 : 4096 * 9] = os.urandom(4096 * 4)
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [half_migrated, no_table, truncated, garbage, overwritten])
def test_a_damaged_one_is_put_aside_and_made_again(there, copied, caplog, damage):
    damage(there)
    content = there.read_bytes()
    assert prepare_database(there, None)
    assert is_whole(there)
    aside, kept = names(there)
    assert (aside.startswith("mlflow-damaged-"), kept) == (True, "mlflow.db")
    assert (there.parent / aside).read_bytes() == content
    assert f"it is kept as {aside}" in caplog.text


def test_an_empty_file_and_what_belonged_to_a_lost_one_are_replaced(path, copied):
    path.parent.mkdir()
    path.touch()
    path.with_name("mlflow.db-journal").write_bytes(b"of another database")
    assert prepare_database(path, None)
    assert names(path) == ["mlflow.db"]


def test_one_of_an_earlier_mlflow_is_upgraded_with_its_content(there, monkeypatch):
    query(there, "UPDATE experiments SET name = 'kept' WHERE experiment_id = 0")
    (head,) = database._heads()
    query(there, "UPDATE alembic_version SET version_num = 'older'")

    def upgrade(engine):
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{head}'")

    monkeypatch.setattr(database._utils, "_upgrade_db", upgrade)
    assert prepare_database(there, None)
    assert query(there, "SELECT name FROM experiments") == [("kept",)]
    assert names(there) == ["mlflow.db"]


def test_a_full_disk_damages_nothing(there, copied, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    no_table(there)
    before = there.read_bytes()
    monkeypatch.setattr(database, "_upgraded_copy", full)
    with pytest.raises(OSError, match="No space"):
        prepare_database(there, None)
    assert there.read_bytes() == before
    assert names(there) == ["mlflow.db"]


def test_another_process_that_holds_the_lock_is_waited_for_and_then_named(path, monkeypatch):
    monkeypatch.setattr(database, "_PATIENCE", 0.1)
    path.parent.mkdir()
    with database._locked(path), pytest.raises(UserError, match="another process has been making"):
        prepare_database(path, None)


def test_artifacts_follow_a_folder_that_was_moved(there, tmp_path):
    old = (tmp_path / "old" / "mlartifacts").as_uri()
    query(
        there,
        "INSERT INTO experiments (name, artifact_location, lifecycle_stage) VALUES ('g', ?, 'active')",
        old,
    )
    add = "INSERT INTO runs (run_uuid, artifact_uri, experiment_id, status, source_type) VALUES (?, ?, 1, 'FINISHED', 'LOCAL')"
    query(there, add, "a", f"{old}/1/a/artifacts")
    query(there, add, "b", "s3://bucket/b")
    artifacts = there.parent / "mlartifacts"
    prepare_database(there, artifacts)
    new = artifacts.resolve().as_uri()
    assert query(there, "SELECT artifact_location FROM experiments WHERE name = 'g'") == [(new,)]
    found = query(there, "SELECT artifact_uri FROM runs ORDER BY run_uuid")
    assert found == [(f"{new}/1/a/artifacts",), ("s3://bucket/b",)]
    assert query(there, "SELECT artifact_location FROM experiments WHERE name != 'g'") != [(new,)], "not ours"


def test_folders_that_mlflow_makes_for_quoted_names_are_removed(tmp_path):
    path = tmp_path / "what?" / "mlflow.db"
    path.parent.mkdir()
    path.touch()
    quoted = tmp_path / "what%3F"
    quoted.mkdir()
    assert str(quoted) in sqlite_uri(path)
    remove_quoted_folders(path)
    assert [p.name for p in tmp_path.iterdir()] == ["what?"]
    remove_quoted_folders(path)
    plain = tmp_path / "plain" / "mlflow.db"
    plain.parent.mkdir()
    remove_quoted_folders(plain)
    assert plain.parent.is_dir()
