"""An MLflow server that is down, hangs, or dies while a grid runs, and comes back."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from tests.faults.command import Started
from tests.faults.outcome import ACCEPTED, FAULT, Outcome, counted
from tests.faults.runs import arguments, predictions_of, undisturbed, write_grid

EARLY = 10  # seconds until the user must have been told


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


@contextmanager
def server(folder: Path, port: int):
    """A real MLflow server on loopback; yields once it answers."""
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    stores = [
        f"--backend-store-uri=sqlite:///{folder}/server.db",
        f"--artifacts-destination={folder / 'artifacts'}",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", *where, *stores],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
                break
            except OSError:
                time.sleep(0.2)
        yield process
    finally:
        subprocess.run(["pkill", "-KILL", "-s", str(process.pid)], check=False)
        process.wait()


def servers(count: int) -> pd.DataFrame:
    """Each situation so many times."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grid = write_grid(folder)
        wanted = undisturbed(folder, grid)
        outcomes = [
            outcome
            for attempt in range(count)
            for outcome in _situations(folder, grid, wanted, folder / str(attempt))
        ]
    return counted(outcomes)


def _situations(folder: Path, grid: Path, wanted: dict[str, str], place: Path) -> Iterator[Outcome]:
    place.mkdir()
    port = free_port()
    uri = f"http://127.0.0.1:{port}"
    yield _computed("server down from the start", grid, place / "down", wanted, uri)
    yield _tracked("server back again: benchmark track", grid, place / "down", wanted, uri, place, port)
    with socket.socket() as silent:  # accepts and never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        yield _computed("server that never answers", grid, place / "silent", wanted, address)
    for kind, share in (("server dies in the middle", 0.5), ("server dies near the end", 0.85)):
        port = free_port()
        uri = f"http://127.0.0.1:{port}"
        workspace = place / kind.split()[-1]
        with server(place, port) as process:
            started = Started(*arguments(grid, workspace), "--tracking-uri", uri)
            while started.process.poll() is None and len(predictions_of(workspace)) < share * len(wanted):
                time.sleep(0.05)
            subprocess.run(["pkill", "-KILL", "-s", str(process.pid)], check=False)
            status, output = started.wait(300)
        yield _judged(kind, workspace, wanted, status, output)
        yield _tracked(f"{kind}, back again: benchmark track", grid, workspace, wanted, uri, place, port)


def _computed(kind: str, grid: Path, workspace: Path, wanted: dict[str, str], uri: str) -> Outcome:
    """All cells are computed, whatever the server does, and the user is told early."""
    log = workspace.parent / f"{workspace.name}.log"
    with log.open("w") as stream:
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmark", *map(str, arguments(grid, workspace)), "--tracking-uri", uri],
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        told = None
        while process.poll() is None:
            if told is None and "127.0.0.1" in log.read_text():
                told = time.monotonic() - began
            if time.monotonic() - began > 300:
                process.kill()
            time.sleep(0.1)
    outcome = _judged(kind, workspace, wanted, process.returncode, log.read_text())
    if outcome.ended == ACCEPTED and (told is None or told > 2 * EARLY):  # importing MLflow takes its part
        return Outcome(kind, FAULT, f"told after {told} s: {log.read_text()[-500:]}")
    return outcome


def _judged(kind: str, workspace: Path, wanted: dict[str, str], status: int, output: str) -> Outcome:
    wrong = [] if predictions_of(workspace) == wanted else ["cells missing or other predictions"]
    if "Traceback" in output or status < 0:
        wrong.append(f"status {status}: {output[-700:]}")
    return Outcome(kind, FAULT if wrong else ACCEPTED, "; ".join(wrong))


def _tracked(
    kind: str, grid: Path, workspace: Path, wanted: dict[str, str], uri: str, place: Path, port: int
) -> Outcome:
    """The records are sent later; the server then has each cell."""
    import mlflow

    with server(place, port):
        status, output = Started(*arguments(grid, workspace, "track"), "--tracking-uri", uri).wait(300)
        client = mlflow.MlflowClient(uri)
        ids = [experiment.experiment_id for experiment in client.search_experiments()]
        found = {run.data.tags.get("cell") for run in client.search_runs(ids, max_results=5000)}
    missing = len(wanted.keys() - found)
    wrong = bool(status or missing)
    return Outcome(kind, FAULT if wrong else ACCEPTED, f"status {status}, {missing} missing: {output[-500:]}")
