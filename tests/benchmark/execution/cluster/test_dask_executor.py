"""The executor on a small cluster of this machine."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import distributed
import pytest

from benchmark.errors import UserError
from benchmark.execution.cluster import on_worker
from benchmark.execution.cluster.dask_executor import DaskExecutor
from benchmark.execution.cluster.opened import ExecutorSettings, executor_of
from benchmark.execution.executors import Share


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes, as `--executor dask` starts them."""
    with executor_of(ExecutorSettings("dask", workers=2), Share(2, 1), "cpu") as executor:
        yield executor


@pytest.fixture
def in_threads():
    """One worker that is a thread of this process, where patches reach it."""
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            dashboard_address="127.0.0.1:0",  # a free port: another cluster of this machine may have 8787
            worker_dashboard_address=None,
        ) as started,
        distributed.Client(started, set_as_default=False) as client,
    ):
        yield DaskExecutor(client)


def process_of(item, shared):
    time.sleep(0.1)
    return item + shared, os.getpid()


def fail_at_two(item, shared):
    if item == 2:
        raise ValueError("two")
    return item


def end_hard(item, shared):
    time.sleep(1)  # a worker that dies while its nanny starts it is not started again
    os.kill(os.getpid(), signal.SIGKILL)


def test_items_are_computed_by_all_workers(cluster):
    found = list(cluster.map(process_of, range(12), 100, gpu=False))
    assert sorted(value for value, _ in found) == list(range(100, 112))
    processes = {process for _, process in found}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_without_items_there_is_nothing_to_do(cluster):
    assert list(cluster.map(process_of, [], 0, gpu=True)) == []


def test_an_exception_of_the_function_is_raised_here(cluster):
    with pytest.raises(ValueError, match="two"):
        list(cluster.map(fail_at_two, range(4), None, gpu=False))


def test_the_threads_of_a_task_are_its_share_of_the_machine(cluster):
    assert cluster.threads(gpu=False) >= 1


def test_a_worker_that_is_gone_for_a_while_does_not_change_the_threads(in_threads, monkeypatch):
    answers = iter([2, 8])
    monkeypatch.setattr("benchmark.execution.cluster.on_worker.threads_per_task", lambda *_: next(answers))
    assert [in_threads.threads(gpu=False) for _ in range(2)] == [2, 2]


def test_a_worker_with_other_code_is_refused_and_without_any_other_the_run_ends(
    in_threads, monkeypatch, caplog
):
    monkeypatch.setattr(on_worker, "identity", lambda: {"python": "3.9", "code": "abc"})
    with pytest.raises(UserError, match="no worker of the cluster has the code, the libraries"):
        list(in_threads.map(process_of, range(3), 0, gpu=False))
    (line,) = [record.message for record in caplog.records if "is refused" in record.message]
    assert "python 3.9 instead of" in line
    assert "code abc instead of" in line


END_HARD = """
from benchmark.errors import UserError
from benchmark.execution.cluster.opened import ExecutorSettings, executor_of
from benchmark.execution.executors import Share
from tests.benchmark.execution.cluster.test_dask_executor import end_hard

if __name__ == "__main__":
    with executor_of(ExecutorSettings("dask", workers=1), Share(1, 1), "cpu") as executor:
        try:
            list(executor.map(end_hard, [1], None, gpu=False))
        except UserError as error:
            print(error)
"""


@pytest.mark.slow
def test_an_item_that_ends_its_workers_is_one_line(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(END_HARD)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}
    ended = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.stdout.startswith("the workers that computed a batch were killed several times")
    assert ended.stderr == ""
