"""Runs on a Dask cluster whose driver, scheduler or worker is killed at random moments."""

import random
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pandas as pd
from distributed import Client

from tests.faults.command import Started
from tests.faults.outcome import ACCEPTED, FAULT, REFUSED, Outcome, counted
from tests.faults.runs import NAME, arguments, differences, predictions_of, write_grid

VICTIMS = ("driver", "scheduler", "worker")
LONGEST_CHAIN = 12  # kills of one workspace, after which it is let finish
_PATIENCE = 60  # seconds for a driver whose scheduler is killed to say so


class Cluster:
    """A scheduler and two workers of one thread each, as a user starts them."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._folder = folder
        self.scheduler = self._start_scheduler()
        self.workers = [self._start_worker() for _ in range(2)]

    def _start_scheduler(self) -> Started:
        place = ["--host", "127.0.0.1", "--port", self._port, "--dashboard-address", "127.0.0.1:0"]
        return Started("scheduler", *place, module="dask", cwd=self._folder)

    def _start_worker(self) -> Started:
        own = tempfile.mkdtemp(dir=self._folder)
        options = ["--nthreads", 1, "--no-dashboard", "--local-directory", own, "--death-timeout", 20]
        return Started("worker", self.address, *options, module="dask", cwd=self._folder)

    def ready(self) -> None:
        """Wait until both workers have joined: with one alone each task has two threads, and other last digits."""
        with Client(self.address, timeout=60) as client:
            client.wait_for_workers(len(self.workers), timeout=60)

    def kill_scheduler(self) -> None:
        """Kill the scheduler, and start another with the same address; the workers go over to it or end."""
        self.scheduler.kill_all()
        self.scheduler = self._start_scheduler()
        for worker in self.workers:
            worker.kill_all()
        self.workers = [self._start_worker() for _ in self.workers]

    def kill_worker(self) -> None:
        """Kill a worker with its nanny, and start another."""
        self.workers.pop(0).kill_all()
        self.workers.append(self._start_worker())

    def end(self) -> None:
        """Kill everything."""
        for process in [self.scheduler, *self.workers]:
            process.kill_all()


def clusters(count: int, seed: int = 0) -> pd.DataFrame:
    """So many kills, in turn of the driver, the scheduler and a worker."""
    choose, victims = random.Random(seed), cycle(VICTIMS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grid = write_grid(folder)
        wanted = _undisturbed(folder, grid)
        outcomes: list[Outcome] = []
        cluster = Cluster(folder)
        try:
            cluster.ready()
            began = time.monotonic()
            status, output = Started(*_on(cluster, grid, folder / "first")).wait()
            took = time.monotonic() - began
            wrong = differences(folder / "first", wanted) if status == 0 else [output[-1000:]]
            outcomes.append(Outcome("no kill", FAULT if wrong else ACCEPTED, "; ".join(wrong)))
            kills = 0
            while kills < count:
                chain = _chain(
                    cluster, folder / f"c{kills}", grid, wanted, took, choose, victims, count - kills
                )
                found = list(chain)
                kills += sum(outcome.kind != "finished afterwards" for outcome in found)
                outcomes += found
        finally:
            cluster.end()
    return counted(outcomes)


def _undisturbed(folder: Path, grid: Path) -> dict[str, str]:
    """The predictions of a local run on one core, where each task has one thread, as on the cluster."""
    workspace = folder / "undisturbed"
    command = ["run", "--grid", grid, "--workspace", workspace, "--device", "cpu"]
    status, output = Started(*command, one_core=True).wait()
    if status:
        raise RuntimeError(output[-2000:])
    return predictions_of(workspace)


def _on(cluster: Cluster, grid: Path, workspace: Path) -> list[object]:
    return [*arguments(grid, workspace), "--executor", "dask", "--scheduler", cluster.address]


def _chain(
    cluster: Cluster,
    workspace: Path,
    grid: Path,
    wanted: dict[str, str],
    took: float,
    choose: random.Random,
    victims: Iterator[str],
    most: int,
) -> Iterator[Outcome]:
    """Kills of one workspace, then the run that ends by itself."""
    done: dict[Path, int] = {}
    for _ in range(min(most, LONGEST_CHAIN)):
        victim = next(victims)
        cluster.ready()
        driver = Started(*_on(cluster, grid, workspace))
        time.sleep(choose.uniform(0.1, 0.8) * took)
        before = driver.process.poll()
        yield _killed(cluster, driver, victim)
        done = _finished(workspace)
        if before is not None:
            break
    cluster.ready()
    status, output = Started(*_on(cluster, grid, workspace)).wait()
    wrong = differences(workspace, wanted) if status == 0 else [f"status {status}: {output[-1500:]}"]
    again = [path.parent.name for path, number in done.items() if _finished(workspace).get(path) != number]
    if again:
        wrong.append(f"{len(again)} finished cells were computed again")
    yield Outcome("finished afterwards", FAULT if wrong else ACCEPTED, "; ".join(wrong))


def _finished(workspace: Path) -> dict[Path, int]:
    """Each finished cell's predictions, and the number of the file."""
    return {path: path.stat().st_ino for path in (workspace / NAME).glob("[!.]*/predictions.parquet")}


def _killed(cluster: Cluster, driver: Started, victim: str) -> Outcome:
    """Kill one of them. A driver goes on without a worker, and says in one line that the scheduler is gone."""
    if victim == "driver":
        driver.send(signal.SIGKILL)
        left = driver.left_behind()
        driver.wait(30)
        return Outcome("driver killed", FAULT if left else ACCEPTED, str(left))
    if victim == "worker":
        cluster.kill_worker()
        status, output = driver.wait()
        return Outcome("worker killed", FAULT if status else ACCEPTED, output[-1000:])
    cluster.kill_scheduler()
    status, output = driver.wait(_PATIENCE)
    if status not in (0, 2) or "Traceback" in output:
        return Outcome("scheduler killed", FAULT, f"status {status}: {output[-1000:]}")
    return Outcome("scheduler killed", REFUSED if status == 2 else ACCEPTED, output[-300:])
