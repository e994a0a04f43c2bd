"""Cells per second that a run logs to MLflow: to SQLite, and to a server on PostgreSQL.

python -m tests.performance.tracking_server [--cells 300]
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from rich.console import Console
from rich.table import Table

from benchmark.execution.plan import Plan
from benchmark.grid.schema import Grid
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from benchmark.tracking.session import Session
from tests.mlflow_server import mlflow_server
from tests.planted_study import planted_manifest, planted_study
from tests.postgres import postgres, why_not

AIM, CELLS = 50, 5_000
PARTS = ["elbow", "hand", "wrist"]
GRID = {
    "name": "tracking",
    "dataset": {"kind": "mura", "root": "nowhere"},
    "body_parts": ["all", *PARTS],
    "train_sizes": [20, "full"],
    "hand_crafted": {"descriptors": ["edges"], "classifiers": ["logistic_regression", "linear_svm"]},
    "evaluation": {"resamples": 100},
}


@dataclass(frozen=True)
class Logged:
    """What logging took: seconds, and processor seconds of this process and of the server's."""

    cells: int
    seconds: float
    here: float
    server: float


def log_all(plan: Plan, records: Records, workspace: Workspace, others: list[psutil.Process]) -> Logged:
    """Log every cell as a run does, and look that the store has them."""
    from mlflow import MlflowClient

    session = Session(workspace, plan, records)
    session.begin()
    found = [records.read(planned.cell.id) for planned in plan.cells]
    began, here, server = time.perf_counter(), used([psutil.Process()]), used(others)
    for record in found:
        session.log_cell(record)
    logged = Logged(
        len(found), time.perf_counter() - began, used([psutil.Process()]) - here, used(others) - server
    )
    session.end()
    client = MlflowClient(workspace.uri)
    (experiment,) = client.search_experiments(filter_string="name = 'tracking'")
    runs = client.search_runs([experiment.experiment_id], "tags.kind = 'cell'", max_results=CELLS)
    assert len(runs) == len(found), f"{len(runs)} of {len(found)} cells are in MLflow"
    return logged


def used(processes: list[psutil.Process]) -> float:
    """Processor seconds of these processes."""
    times = [process.cpu_times() for process in processes if process.is_running()]
    return sum(one.user + one.system for one in times)


@contextmanager
def on_postgres(folder: Path) -> Iterator[tuple[str, list[psutil.Process]]]:
    """The address of an MLflow server on PostgreSQL, and the processes of both."""
    before = set(psutil.Process().children(recursive=True))
    with postgres() as store, mlflow_server(folder, store) as address:
        yield address, [one for one in psutil.Process().children(recursive=True) if one not in before]


def measure(cells: int) -> Iterator[tuple[str, Logged]]:
    """(store, what it took) of each store that can be had here."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        per_seed = len(GRID["body_parts"]) * len(GRID["train_sizes"]) * 2
        grid = Grid.model_validate(GRID | {"seeds": list(range(-(-cells // per_seed)))})
        plan, records = planted_study(folder / "runs", grid, planted_manifest(PARTS, 40, 40))
        yield "SQLite", log_all(plan, records, Workspace(folder / "runs"), [])
        if why := why_not():
            Console().print(f"no PostgreSQL: {why}")
            return
        with on_postgres(folder) as (address, processes):
            yield "server, PostgreSQL", log_all(plan, records, Workspace(folder / "runs", address), processes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=300)
    table = Table(
        "store", "cells/s", f"{CELLS:,} cells", "core ms of a cell here", "of the server", f"aim {AIM}/s"
    )
    for store, logged in measure(parser.parse_args().cells):
        rate = logged.cells / logged.seconds
        shares = [f"{1000 * seconds / logged.cells:.1f}" for seconds in (logged.here, logged.server)]
        table.add_row(store, f"{rate:.1f}", f"{CELLS / rate:.0f} s", *shares, "yes" if rate >= AIM else "no")
    Console(width=110).print(table)
    Console(width=110).print(
        f"load of the machine meanwhile: {psutil.getloadavg()[0]:.0f} on {psutil.cpu_count()} cores"
    )
