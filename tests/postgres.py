"""A PostgreSQL server for a test or a measurement: its own data, a Unix socket, no port."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers import wait_until

_USER = "bench"  # of the database
_UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


def why_not() -> str:
    """Why there can be no server here; empty where there can."""
    if find_spec("psycopg") is None:
        return "needs the extra 'postgres' (psycopg)"
    if _program("initdb") is None or _program("postgres") is None:
        return "needs PostgreSQL's initdb and postgres (Debian: apt-get install postgresql)"
    return ""


def _program(name: str) -> str | None:
    """A program of PostgreSQL, which Debian keeps outside of PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(versions[-1]) if versions else shutil.which(name)


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a server's database, for SQLAlchemy; the server and its data are gone afterwards."""
    as_root = os.geteuid() == 0
    user = _UNPRIVILEGED if as_root else None
    with TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as name:  # sockets have short paths
        folder = Path(name)
        if as_root:
            shutil.chown(folder, _UNPRIVILEGED)
        data = folder / "data"
        made = [_program("initdb"), "-D", data, "-U", _USER, "-A", "trust", "--no-sync", "-E", "UTF8"]
        environment = {**os.environ, "LC_ALL": "C"}
        subprocess.run(made, check=True, capture_output=True, user=user, env=environment, cwd=folder)
        command = [_program("postgres"), "-D", data, "-k", folder, "-c", "listen_addresses="]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, user=user, env=environment, cwd=folder)
        try:
            assert wait_until(lambda: _answers(folder), 60), (folder / "log").read_text()
            yield f"postgresql+psycopg://{_USER}@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)  # its fast shutdown, which waits for no client
            server.wait(60)


def _answers(folder: Path) -> bool:
    import psycopg

    try:
        psycopg.connect(host=str(folder), user=_USER, dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True
