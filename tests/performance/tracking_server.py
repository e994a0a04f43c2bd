"""Cells per second that a run logs to MLflow: to SQLite, to PostgreSQL, and to a server on PostgreSQL.

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

from benchmark.execution.plan import Plan
from benchmark.grid.schema import Grid
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from benchmark.tracking.patience import impatient
from benchmark.tracking.session import open_tracker
from tests.mlflow_server import mlflow_server
from tests.planted_study import planted_manifest, planted_study
from tests.postgres import postgres, why_not
from tests.servers import wait_until

AIM, CELLS = 50, 5_000
WORKERS = 4  # of the server, its default
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
    """Log every cell as `benchmark track` does, and look that the store has them."""
    from mlflow import MlflowClient

    tracker = open_tracker(workspace, plan)
    found = [records.read(planned.cell.id) for planned in plan.cells]
    began, here, server = time.perf_counter(), time.process_time(), used(others)
    with impatient():
        tracker.log_cells((record, dict, []) for record in found)
    logged = Logged(
        len(found), time.perf_counter() - began, time.process_time() - here, used(others) - server
    )
    client = MlflowClient(workspace.uri)
    (experiment,) = client.search_experiments(filter_string="name = 'tracking'")
    runs = client.search_runs([experiment.experiment_id], "tags.kind = 'cell'", max_results=CELLS)
    assert len(runs) == len(found), f"{len(runs)} of {len(found)} cells are in MLflow"
    return logged


def used(processes: list[psutil.Process]) -> float:
    """Processor seconds of these processes and of those that they have started."""
    every = {one for process in processes for one in (process, *process.children(recursive=True))}
    times = [process.cpu_times() for process in every]
    return sum(one.user + one.system for one in times)


@contextmanager
def on_postgres(folder: Path) -> Iterator[tuple[str, list[psutil.Process]]]:
    """The address of an MLflow server on PostgreSQL, and the processes of both."""
    with postgres() as store, mlflow_server(folder, store, workers=WORKERS) as address:
        started = psutil.Process().children()
        assert wait_until(lambda: _is_idle(started), 120), "the server is still busy with its start"
        yield address, started


def _is_idle(processes: list[psutil.Process]) -> bool:
    """Whether they use less than a tenth of a core in two seconds."""
    before = used(processes)
    time.sleep(2)
    return used(processes) - before < 0.2


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
        with postgres() as database:
            direct = Workspace(folder / "runs", database)
            yield "PostgreSQL", log_all(plan, records, direct, psutil.Process().children())
        with on_postgres(folder) as (address, processes):
            yield "server, PostgreSQL", log_all(plan, records, Workspace(folder / "runs", address), processes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=300)
    console = Console(width=110)
    for store, logged in measure(parser.parse_args().cells):
        rate = logged.cells / logged.seconds
        here, server = (1000 * seconds / logged.cells for seconds in (logged.here, logged.server))
        console.print(
            f"{store}: {logged.cells} cells at {rate:.1f}/s (aim {AIM}), {CELLS:,} in {CELLS / rate:.0f} s; a cell"
            f" takes {here:.0f} ms of a core here and {server:.0f} ms in the server and its database; load"
            f" {psutil.getloadavg()[0]:.0f} on {psutil.cpu_count()} cores"
        )
