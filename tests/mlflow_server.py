"""A real MLflow server on loopback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tests.servers import free_port, kill, wait_until


@contextmanager
def mlflow_server(folder: Path, store: str, seconds: float = 300, workers: int = 1) -> Iterator[str]:
    """The address of a server with this store; its artifacts and its log are in `folder`."""
    port = free_port()
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    stores = [f"--backend-store-uri={store}", f"--artifacts-destination={folder / 'artifacts'}"]
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *where, *stores],
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    try:
        ready = wait_until(lambda: _answers(port) or server.poll() is not None, seconds)
        assert ready, "no answer"
        assert server.poll() is None, (folder / "server.log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        kill(server)
        server.wait()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
            return True
    except OSError:
        return False
