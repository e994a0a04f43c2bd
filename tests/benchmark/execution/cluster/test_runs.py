"""Whole runs on a cluster: the same files as a local run, with and without a shared folder."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from benchmark.execution.cluster.opened import ExecutorSettings, executor_of
from benchmark.execution.executors import LocalExecutor, Share
from benchmark.execution.run import Settings, run_plan
from benchmark.store.workspace import Workspace
from tests.benchmark.finished_run import small_grid
from tests.benchmark.opened import open_plan

ROOT = Path(__file__).parents[4]
CONTENT = {
    "train_sizes": [40, 60],
    "seeds": [0, 1],
    "hand_crafted": {"descriptors": ["glcm"], "classifiers": ["logistic_regression", "majority"]},
    "feature_extraction": {
        "backbones": [{"name": "test_efficientnet", "weights": "random"}],
        "classifiers": ["logistic_regression"],
    },
    "fine_tuning": {
        "backbones": [{"name": "test_efficientnet", "weights": "random"}],
        "recipe": {"epochs": 2, "min_updates": 0},
    },
}
FAST = CONTENT | {"train_sizes": [40], "seeds": [0]}


def files(workspace):
    """What a run wrote, but for times: the predictions and resampled values of each cell."""
    found = sorted(workspace.glob("small/[!.]*/*"))
    return {
        f"{path.parent.name}/{path.name}": path.read_bytes()
        for path in found
        if path.name == "predictions.parquet"
    }


def run_with(executor, grid, workspace):
    plan, records = open_plan(grid, Workspace(workspace))
    settings = Settings(workspace / ".cache", executor, "cpu")
    outcomes = dict(run_plan(plan, records, settings, lambda *_: None))
    assert set(outcomes.values()) == {"ok"}
    assert outcomes.keys() == {planned.cell.id for planned in plan.cells}
    return files(workspace)


@contextmanager
def dask_cluster(folder, workers=2, environment=None):
    """A scheduler and workers as a user starts them; yields the address and the processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    processes = [start_scheduler(folder, port)]
    try:
        processes += [start_worker(folder, address, environment) for _ in range(workers)]
        yield address, processes
    finally:
        for process in processes:
            kill_tree(process)


def start_scheduler(folder, port):
    return start(
        folder, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show"
    )


def start_worker(folder, address, environment=None):
    own = folder / f"worker-{time.monotonic_ns()}"
    options = ["--nthreads", "1", "--no-dashboard", "--local-directory", str(own), "--death-timeout", "60"]
    return start(folder, "worker", address, *options, environment=environment)


def start(folder, *arguments, environment=None):
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **(environment or {})}
    with (folder / f"{arguments[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments], env=variables, stdout=log, stderr=log, cwd=folder
        )


def kill_tree(process):
    with_children = [process]
    if psutil.pid_exists(process.pid):
        parent = psutil.Process(process.pid)
        with_children = [*parent.children(recursive=True), parent]
    for one in with_children:
        try:
            one.kill()
        except psutil.Error:
            continue
    process.wait()


@pytest.fixture(scope="module")
def grids(tmp_path_factory, phantom):
    folder = tmp_path_factory.mktemp("grids")
    for name, content in (("fast", FAST), ("whole", CONTENT)):
        (folder / f"{name}.yaml").write_text(small_grid(phantom, **content))
    return folder


@pytest.fixture(scope="module")
def local(grids, tmp_path_factory):
    """The files of a local run with one thread for each task."""
    found = {}

    def of(name):
        if name not in found:
            executor = OneThread(Share(1, 1))
            found[name] = run_with(executor, grids / f"{name}.yaml", tmp_path_factory.mktemp("local"))
        return found[name]

    return of


class OneThread(LocalExecutor):
    """As on a cluster with one worker for each core, where a fine-tuning has one thread."""

    def threads(self, *, gpu):
        return 1


def test_a_cluster_gives_the_files_of_a_local_run(grids, local, tmp_path):
    with executor_of(ExecutorSettings("dask", workers=2), Share(2, 1), "cpu") as executor:
        executor.threads = lambda *, gpu: 1
        assert run_with(executor, grids / "fast.yaml", tmp_path / "runs") == local("fast")


@pytest.mark.slow
def test_workers_without_the_folder_get_the_arrays_and_send_the_records(grids, local, tmp_path):
    """The workers are told that they do not see the workspace; their own folders are elsewhere."""
    (tmp_path / "sitecustomize.py").write_text(
        "import benchmark.execution.job as job\n"
        "job.Job.sees_workspace = property(lambda self: 'worker-' in str(self.records.folder))\n"
    )
    blind = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with dask_cluster(tmp_path, environment=blind) as (address, _):
        settings = ExecutorSettings("dask", scheduler=address)
        with executor_of(settings, Share(2, 1), "cpu") as executor:
            executor.threads = lambda *, gpu: 1
            assert run_with(executor, grids / "fast.yaml", tmp_path / "runs") == local("fast")
    sent = list(tmp_path.glob("worker-*/**/arrays/*/data.npy"))
    assert sent
    assert not list(tmp_path.glob("worker-*/**/result.json"))


def driver(grid, workspace, address):
    command = [sys.executable, "-m", "benchmark", "run", "--grid", grid, "--workspace", workspace]
    options = ["--executor", "dask", "--scheduler", address, "--no-track", "--device", "cpu"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*map(str, command), *options],
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["driver", "scheduler", "worker"])
def test_whoever_is_killed_nothing_is_lost(victim, grids, local, tmp_path):
    """Killed when the first cell is done; the same command then finishes, with the files of a local run."""
    workspace = tmp_path / "runs"
    with dask_cluster(tmp_path) as (address, processes):
        first = driver(grids / "whole.yaml", workspace, address)
        deadline = time.monotonic() + 240
        while not list(workspace.glob("small/[!.]*/result.json")) and time.monotonic() < deadline:
            time.sleep(0.05)
        if victim == "driver":
            first.kill()
        elif victim == "scheduler":
            kill_tree(processes[0])
        else:
            kill_tree(processes[1])
        message = first.communicate(timeout=240)[1]
        assert "Traceback" not in message
        if victim == "worker":
            assert first.returncode == 0, message
        if victim == "scheduler":
            assert first.returncode == 2, message
            for process in processes[1:]:
                kill_tree(process)
            processes[:] = [start_scheduler(tmp_path, int(address.rpartition(":")[2]))]
            processes += [start_worker(tmp_path, address) for _ in range(2)]
        done = {path: path.stat().st_ino for path in workspace.glob("small/[!.]*/result.json")}
        assert done
        again = driver(grids / "whole.yaml", workspace, address)
        assert again.communicate(timeout=240)[1] is not None
        assert again.returncode == 0
    assert all(path.stat().st_ino == number for path, number in done.items())  # not computed again
    found = files(workspace)
    assert found.keys() == local("whole").keys()


def test_several_drivers_of_one_workspace_share_its_cells(grids, local, tmp_path):
    """As the jobs of `--executor array` do."""
    command = [sys.executable, "-m", "benchmark", "run", "--grid", str(grids / "fast.yaml")]
    options = ["--workspace", str(tmp_path / "runs"), "--no-track", "--jobs", "1", "--device", "cpu"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    started = [
        subprocess.Popen([*command, *options], env=variables, stdout=subprocess.DEVNULL) for _ in range(2)
    ]
    assert [process.wait(timeout=240) for process in started] == [0, 0]
    assert files(tmp_path / "runs").keys() == local("fast").keys()
