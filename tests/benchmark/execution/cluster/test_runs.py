"""Whole runs on a cluster: the same files as a local run, with and without a shared folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.execution.cluster.opened import ExecutorSettings, executor_of
from benchmark.execution.executors import LocalExecutor, Share
from benchmark.execution.run import run_plan
from benchmark.execution.run_settings import RunSettings
from benchmark.store.workspace import Workspace
from tests.benchmark.finished_run import small_grid
from tests.benchmark.opened import open_plan
from tests.faults.clusters import Cluster

ROOT = Path(__file__).parents[4]
CONTENT = {
    "train_sizes": [40],
    "seeds": [0],
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


def files(workspace):
    """The predictions of each cell, as they lie in its folder."""
    return {path.parent.name: path.read_bytes() for path in workspace.glob("small/[!.]*/predictions.parquet")}


def run_with(executor, grid, workspace):
    plan, records = open_plan(grid, Workspace(workspace))
    settings = RunSettings(workspace / ".cache", executor, "cpu")
    outcomes = dict(run_plan(plan, records, settings, lambda *_: None))
    assert set(outcomes.values()) == {"ok"}
    assert outcomes.keys() == {planned.cell.id for planned in plan.cells}
    return files(workspace)


@pytest.fixture(scope="module")
def grid(tmp_path_factory, phantom):
    folder = tmp_path_factory.mktemp("grid")
    path = folder / "grid.yaml"
    path.write_text(small_grid(phantom, **CONTENT))
    return path


@pytest.fixture(scope="module")
def local(grid, tmp_path_factory):
    """The files of a local run with one thread for each task."""
    return run_with(OneThread(Share(1, 1)), grid, tmp_path_factory.mktemp("local"))


class OneThread(LocalExecutor):
    """As on a cluster with one worker for each core, where a fine-tuning has one thread."""

    def threads(self, *, gpu):
        return 1


def test_a_cluster_gives_the_files_of_a_local_run(grid, local, tmp_path):
    with executor_of(ExecutorSettings("dask", workers=2), Share(2, 1), "cpu") as executor:
        executor.threads = lambda *, gpu: 1
        assert run_with(executor, grid, tmp_path / "runs") == local


@pytest.mark.slow
def test_workers_without_the_folder_get_the_arrays_and_send_the_records(grid, local, tmp_path, monkeypatch):
    """The workers are told that they do not see the workspace; their own folders are elsewhere."""
    (tmp_path / "sitecustomize.py").write_text(
        "import benchmark.execution.job as job\n"
        "job.Job.sees_workspace = property(lambda self: self.cache.name == 'cache')\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    cluster = Cluster(tmp_path)
    try:
        settings = ExecutorSettings("dask", scheduler=cluster.address)
        with executor_of(settings, Share(2, 1), "cpu") as executor:
            executor.threads = lambda *, gpu: 1
            assert run_with(executor, grid, tmp_path / "runs") == local
        assert list(tmp_path.glob("tmp*/**/arrays/*/data.npy"))
        assert not list(tmp_path.glob("tmp*/**/result.json"))
    finally:
        cluster.end()


def test_several_drivers_of_one_workspace_share_its_cells(grid, local, tmp_path):
    """As the jobs of `--executor array` do."""
    command = [sys.executable, "-m", "benchmark", "run", "--grid", str(grid)]
    options = ["--workspace", str(tmp_path / "runs"), "--no-track", "--jobs", "1", "--device", "cpu"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    started = [
        subprocess.Popen([*command, *options], env=variables, stdout=subprocess.DEVNULL) for _ in range(2)
    ]
    assert [process.wait(timeout=240) for process in started] == [0, 0]
    assert files(tmp_path / "runs").keys() == local.keys()
