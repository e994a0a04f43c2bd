"""MLflow's SQLite file: made whole under a lock; mended when it was left half made or its folder moved."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from mlflow.store import db_migrations
from mlflow.store.db import utils
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

from benchmark.errors import UserError, reason
from benchmark.store.addresses import sqlite_uri
from benchmark.tracking.mlflow_experiment import no_fsync, quiet

_SIDE_FILES = ("-journal", "-wal", "-shm")  # SQLite's own, which belong to one database
_PATIENCE = 120.0  # seconds for another process to make the file; MLflow takes 3 to 20
_utils: Any = utils  # whose functions have no types
_log = logging.getLogger(__name__)


def prepare_database(path: Path, artifacts: Path | None) -> bool:
    """Make sure that `path` is a database of this MLflow, whatever an earlier process left there.

    An absent one is made under another name and renamed; one of an earlier MLflow is upgraded in a copy. A
    damaged one is put aside with a warning: everything is logged again from the records. Artifacts of a
    workspace that was moved or copied are looked for in `artifacts`, where they are now. Returns whether the
    file is another one than before. Raises UserError when another process holds the lock for two minutes,
    OSError and sqlite3.Error when the folder or the disk is the reason.
    """
    made = False
    if not _is_current(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            if made := not _is_current(path):
                _make_or_mend(path)
    if artifacts is not None:
        _move_artifacts(path, artifacts.resolve().as_uri())
    return made


def _make_or_mend(path: Path) -> None:
    new = path.with_name(f".{path.name}.new")
    _delete(new)
    try:
        if path.exists() and path.stat().st_size:
            try:
                _upgraded_copy(path, new)
            except Exception as error:  # sqlite3, SQLAlchemy, alembic and MLflow raise many kinds
                if _is_full(error):
                    raise
                _put_aside(path, error)
                _delete(new)
        if not new.exists():
            _create(new)
        for suffix in _SIDE_FILES:  # of a database that is gone: they would be read into the new one
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        new.replace(path)
    finally:
        _delete(new)


def _is_current(path: Path) -> bool:
    """Whether it is a sound database with the newest schema. Raises sqlite3.OperationalError when locked."""
    if not path.is_file() or not path.stat().st_size:
        return False
    try:
        with _connected(path) as connection:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            return (
                sound and {row[0] for row in connection.execute("SELECT * FROM alembic_version")} == _heads()
            )
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
            raise
        return False


def _heads() -> set[str]:
    """The newest revision of MLflow's tables."""
    return set(ScriptDirectory(str(Path(db_migrations.__file__).parent)).get_heads())


def _create(path: Path) -> None:
    with _engine(path) as engine:
        _utils._initialize_tables(engine)


def _upgraded_copy(path: Path, copy: Path) -> None:
    """Copy a database and let MLflow upgrade the copy. Raises many kinds of exceptions when that fails."""
    with _connected(path) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    with _engine(copy) as engine:
        _utils._upgrade_db(engine)
    if not _is_current(copy):
        raise ValueError("some of its tables are missing")


@contextmanager
def _engine(path: Path) -> Iterator[Engine]:
    """An engine that does not wait for the disk, and whose migrations log nothing below warnings."""
    engine = create_engine(sqlite_uri(path))
    event.listen(engine, "connect", no_fsync)
    try:
        with quiet("alembic", "mlflow"):
            yield engine
    finally:
        engine.dispose()


def _put_aside(path: Path, error: Exception) -> None:
    kept = path.with_name(f"{path.stem}-damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}{path.suffix}")
    path.rename(kept)
    for suffix in _SIDE_FILES:
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{kept}{suffix}")
    _log.warning(
        "MLflow's database %s is damaged (%s); it is kept as %s, and a new one is made from the records",
        path,
        reason(error),
        kept.name,
    )


def _move_artifacts(path: Path, location: str) -> None:
    """Let every experiment and run whose artifacts lay in this folder's earlier place follow it."""
    name = location.rpartition("/")[2]
    with _connected(path) as connection, connection:
        places = connection.execute("SELECT DISTINCT artifact_location FROM experiments").fetchall()
        for (old,) in places:
            if old != location and old and old.startswith("file:") and old.endswith(f"/{name}"):
                connection.execute(
                    "UPDATE experiments SET artifact_location = ? WHERE artifact_location = ?",
                    (location, old),
                )
                connection.execute(
                    "UPDATE runs SET artifact_uri = ? || substr(artifact_uri, ?)"
                    " WHERE substr(artifact_uri, 1, ?) = ?",
                    (location, len(old) + 1, len(old) + 1, f"{old}/"),
                )


def remove_quoted_folders(path: Path) -> None:
    """Remove the empty folders that MLflow makes beside `path` when its address has quoted characters."""
    folder = Path(sqlite_uri(path).removeprefix("sqlite:///")).parent
    with suppress(OSError):
        while not path.resolve().is_relative_to(folder):
            folder.rmdir()
            folder = folder.parent


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=20.0)) as connection:
        yield connection


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock of the operating system, which ends with the process that holds it."""
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=_PATIENCE)
    try:
        lock.acquire()
    except Timeout:
        raise UserError(f"another process has been making {path} for {_PATIENCE:.0f} s") from None
    try:
        yield
    finally:
        lock.release()


def _is_full(error: Exception) -> bool:
    """Whether the disk or its rights, not the database, are the reason."""
    texts = ("disk is full", "readonly database", "unable to open", "disk I/O", "locked")
    return isinstance(error, OSError) or any(text in str(error) for text in texts)


def _delete(path: Path) -> None:
    for suffix in ("", *_SIDE_FILES):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
