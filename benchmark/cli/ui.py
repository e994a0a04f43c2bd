"""Run MLflow's UI on a workspace, as a server process that ends with this process."""

import sys

from benchmark.cli.server_process import serve_until_stopped
from benchmark.cli.terminal import say, shown, warn
from benchmark.errors import UserError
from benchmark.store.addresses import LOOPBACK, sqlite_path
from benchmark.store.workspace import Workspace

_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else MLflow starts a job runner with its own workers
}


def serve(workspace: Workspace, host: str, port: int) -> int:
    """Serve until stopped; returns the server's exit status.

    SIGTERM, SIGINT and SIGHUP end the server and all its processes, and so does the death of this process. Of
    a tracking server, which has its own UI, only the addresses are shown. Raises UserError when nothing is
    logged, and SystemExit with 128 + the signal's number after a signal.
    """
    if workspace.tracking_uri is None and not workspace.database.is_file():
        raise UserError(f"{shown(workspace.folder)} holds no MLflow records yet: run a grid there first")
    from benchmark.tracking.curve_pages import curve_pages  # MLflow takes over a second to import
    from benchmark.tracking.patience import impatient
    from benchmark.tracking.session import prepare_store

    prepare_store(workspace)
    is_server = workspace.uri.startswith(("http:", "https:"))
    address = workspace.shown_uri.rstrip("/") if is_server else f"http://{host}:{port}"
    say("Learning curves, frozen and fine-tuned on one axis:")
    with impatient():
        for grid, part, fragment in curve_pages(workspace.uri):
            say(f"  {grid} · {part}: {address}/{fragment}")
    if is_server:
        return 0
    if host not in LOOPBACK:
        warn(
            f"anyone who reaches {host}:{port} can read and change these records: MLflow asks for no password"
        )
    return _serve(workspace, host, port)


def _serve(workspace: Workspace, host: str, port: int) -> int:
    command = [sys.executable, "-m", "mlflow", "ui", "--workers", "1", "--host", host, "--port", str(port)]
    try:
        return serve_until_stopped(command, _ENVIRONMENT | {"MLFLOW_BACKEND_STORE_URI": workspace.uri})
    finally:
        _tidy(workspace)


def _tidy(workspace: Workspace) -> None:
    from benchmark.tracking.database import remove_quoted_folders

    if path := sqlite_path(workspace.uri):
        remove_quoted_folders(path)
