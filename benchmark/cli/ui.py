"""Run MLflow's own UI on a workspace as one server process that ends with this one."""

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
_PATIENCE = 10.0  # seconds that the server has to answer its last requests
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else a job runner with workers of its own starts
}


def serve(workspace: Workspace, host: str, port: int) -> int:
    """Serve until stopped; returns the server's exit status, or 128 + the signal's number.

    SIGTERM, SIGINT and SIGHUP end the server and all its processes. Raises UserError when nothing is
    recorded.
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
    """Leave the block by SystemExit at the first of these signals; later ones are ignored.

    A signal that this process ignores already (`nohup` ignores SIGHUP) is ignored further.
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
    """End the process group of the server, which is a session of its own, so that its port is free again."""
    try:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(_PATIENCE)
        os.killpg(server.pid, signal.SIGKILL)  # who outlived the first of them
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    except ProcessLookupError:  # all have ended
        pass
