"""Run MLflow's UI on a workspace, as a server process that ends with this process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmark.cli.signals import ENDING, SignalledError, exiting_on
from benchmark.cli.terminal import say, shown, warn
from benchmark.errors import UserError
from benchmark.store.addresses import sqlite_path
from benchmark.store.workspace import Workspace

_PATIENCE = 10.0  # seconds for the server to end by itself before it is killed; chosen by hand
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else MLflow starts a job runner with its own workers
}
# Its standard input ends when this process dies, in whatever way; then it kills the server's process group.
_GUARD = "import os, signal, sys; sys.stdin.read(); os.killpg(int(sys.argv[1]), signal.SIGKILL)"


def serve(workspace: Workspace, host: str, port: int) -> int:
    """Serve until stopped; returns the server's exit status.

    SIGTERM, SIGINT and SIGHUP end the server and all its processes, and so does the death of this process. Of
    a tracking server, which has its own UI, only the addresses are shown. Raises UserError when nothing is
    logged, and SystemExit with 128 + the signal's number after a signal.
    """
    if workspace.tracking_uri is None and not workspace.database.is_file():
        raise UserError(f"{shown(workspace.folder)} holds no MLflow records yet: run a grid there first")
    from benchmark.tracking.patience import impatient
    from benchmark.tracking.session import prepare_store
    from benchmark.tracking.tracker import curve_pages  # MLflow takes over a second to import

    prepare_store(workspace)
    is_server = workspace.uri.startswith(("http:", "https:"))
    address = workspace.shown_uri.rstrip("/") if is_server else f"http://{host}:{port}"
    say("Learning curves, frozen and fine-tuned on one axis:")
    with impatient():
        for grid, part, fragment in curve_pages(workspace.uri):
            say(f"  {grid} · {part}: {address}/{fragment}")
    if is_server:
        return 0
    if host not in ("127.0.0.1", "localhost", "::1"):
        warn(
            f"anyone who reaches {host}:{port} can read and change these records: MLflow asks for no password"
        )
    return _serve(workspace, host, port)


def _serve(workspace: Workspace, host: str, port: int) -> int:
    command = [sys.executable, "-m", "mlflow", "ui", "--workers", "1", "--host", host, "--port", str(port)]
    environment = os.environ | _ENVIRONMENT | {"MLFLOW_BACKEND_STORE_URI": workspace.uri}
    server = None
    try:
        with exiting_on((*ENDING, signal.SIGINT)):
            try:
                server = subprocess.Popen(command, env=environment, start_new_session=True)
                with _guarded(server):
                    return server.wait()
            finally:
                if server is not None:
                    _end(server)
    except SignalledError as error:
        sys.exit(128 + error.number)
    finally:
        _tidy(workspace)


@contextmanager
def _guarded(server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill the server's processes when this process dies, also by SIGKILL."""
    command = [sys.executable, "-c", _GUARD, str(server.pid)]
    guard = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        guard.kill()
        guard.wait()


def _tidy(workspace: Workspace) -> None:
    from benchmark.tracking.database import remove_quoted_folders

    if path := sqlite_path(workspace.uri):
        remove_quoted_folders(path)


def _end(server: subprocess.Popen[bytes]) -> None:
    """End all processes of the server (its process group), so that its port is free again."""
    try:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(_PATIENCE)
        os.killpg(server.pid, signal.SIGKILL)  # processes that outlived the first one
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    except ProcessLookupError:  # all have ended
        pass
