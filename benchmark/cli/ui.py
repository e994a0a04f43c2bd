"""Run MLflow's UI on a workspace, as a server process that ends with this process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from benchmark.cli.terminal import say, shown
from benchmark.errors import UserError
from benchmark.store.workspace import Workspace

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PATIENCE = 10.0  # seconds for the server to end by itself before it is killed; chosen by hand
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else MLflow starts a job runner with its own workers
}


def serve(workspace: Workspace, host: str, port: int) -> int:
    """Serve until stopped; returns the server's exit status.

    SIGTERM, SIGINT and SIGHUP end the server and all its processes. Raises UserError when nothing is logged,
    and SystemExit with 128 + the signal's number after a signal.
    """
    if workspace.tracking_uri is None and not workspace.database.is_file():
        raise UserError(f"{shown(workspace.folder)} holds no MLflow records yet: run a grid there first")
    from benchmark.tracking.tracker import curve_pages  # MLflow takes over a second to import

    say("Learning curves, frozen and fine-tuned on one axis:")
    for grid, part, address in curve_pages(workspace.uri):
        say(f"  {grid} · {part}: http://{host}:{port}/{address}")
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", workspace.uri, "--workers", "1"]
    command += ["--host", host, "--port", str(port)]
    server = None
    with _exiting_on(_SIGNALS):
        try:
            server = subprocess.Popen(command, env=os.environ | _ENVIRONMENT, start_new_session=True)
            return server.wait()
        finally:
            if server is not None:
                _end(server)


@contextmanager
def _exiting_on(signals: tuple[signal.Signals, ...]) -> Iterator[None]:
    """Raise SystemExit in the block at the first of these signals; later ones are ignored.

    A signal that this process already ignores (`nohup` ignores SIGHUP) stays ignored.
    """

    def leave(number: int, _: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    before = {each: handler for each in signals if (handler := signal.getsignal(each)) != signal.SIG_IGN}
    for each in before:
        signal.signal(each, leave)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


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
