"""Starts MLflow's own UI on a workspace."""

import os
import subprocess
import sys

from benchmark.cli.terminal import console, shown
from benchmark.errors import UserError
from benchmark.store.workspace import Workspace


def serve(workspace: Workspace, host: str, port: int) -> int:
    """Serve until stopped; returns the server's exit status. Raises UserError when nothing is recorded."""
    if workspace.tracking_uri is None and not workspace.database.is_file():
        raise UserError(f"{shown(workspace.folder)} holds no MLflow records yet: run a grid there first")
    from benchmark.tracking.tracker import curve_pages  # MLflow takes over a second to import

    console().print("Learning curves, frozen and fine-tuned on one axis:")
    for grid, part, address in curve_pages(workspace.uri):
        console().print(f"  {grid} · {part}: http://{host}:{port}/{address}", soft_wrap=True, markup=False)
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", workspace.uri]
    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    return subprocess.run(
        [*command, "--host", host, "--port", str(port)], env=environment, check=False
    ).returncode
