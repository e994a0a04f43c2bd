import os
import signal
import time
from contextlib import nullcontext
from pathlib import Path

import joblib
import psutil
import pytest
from joblib.externals.loky import reusable_executor

from benchmark.errors import UserError
from benchmark.execution.executors import LocalExecutor, Share, _begin_worker, run_all, share_cores

TWO = Share(2, 3)


def square(number):
    return number * number


def process_of(_):
    time.sleep(0.2)
    return os.getpid()


def fail_at_three(number):
    if number == 3:
        raise ValueError("three")
    return number


def sleep_then(seconds):
    time.sleep(seconds)
    return seconds


def write_process_and_sleep(folder):
    Path(folder, str(os.getpid())).touch()
    time.sleep(60)


def thread_limits(_):
    import numpy  # noqa: F401
    from threadpoolctl import threadpool_info

    return os.environ["OMP_NUM_THREADS"], {pool["num_threads"] for pool in threadpool_info()}


@pytest.mark.parametrize("share", [Share(1, 1), TWO])
def test_each_item_is_worked_on_once(share):
    assert sorted(run_all(square, range(20), share)) == [n * n for n in range(20)]


def test_no_items_give_no_results():
    assert list(run_all(square, [], TWO)) == []


def test_one_job_runs_in_this_process():
    assert set(run_all(process_of, range(2), Share(1, 1))) == {os.getpid()}


def test_results_come_as_they_finish():
    found = list(run_all(sleep_then, [2.0, 0.0, 0.1], TWO))
    assert found[-1] == 2.0


def test_items_are_taken_at_most_two_per_job_ahead():
    taken = []

    def items():
        for number in range(30):
            taken.append(number)
            yield number

    results = run_all(square, items(), TWO)
    for received in range(1, 6):
        next(results)
        assert len(taken) <= received + 2 * TWO.jobs
    results.close()


def test_numerical_libraries_in_a_worker_use_its_share_of_threads():
    for variable, threads in run_all(thread_limits, range(2), Share(2, 1)):
        assert variable == "1"
        assert threads <= {1}
    assert next(iter(run_all(thread_limits, range(1), TWO)))[0] == "3"


def test_an_exception_of_the_function_is_raised_here():
    with pytest.raises(ValueError, match="three"):
        list(run_all(fail_at_three, range(8), TWO))


def test_workers_are_killed_when_the_caller_stops_early(tmp_path):
    def items():
        yield tmp_path
        yield tmp_path
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.01)
        raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(run_all(write_process_and_sleep, items(), TWO))
    assert time.monotonic() - started < 30
    assert not any(psutil.pid_exists(int(path.name)) for path in tmp_path.iterdir())


def test_the_callers_joblib_workers_stay():
    def workers():
        return set(joblib.Parallel(n_jobs=2)(joblib.delayed(process_of)(n) for n in range(8)))

    before, executor = workers(), reusable_executor._executor
    ours = set(run_all(process_of, range(8), TWO))
    with pytest.raises(ValueError, match="three"):
        list(run_all(fail_at_three, range(8), TWO))
    assert not ours & before
    assert all(psutil.pid_exists(process) for process in before)
    assert reusable_executor._executor is executor
    assert workers() == before
    executor.shutdown(wait=True)


def test_jobs_share_the_cores(monkeypatch):
    monkeypatch.setattr("benchmark.execution.executors.available_cores", lambda: 8)
    assert share_cores(None) == Share(8, 1)
    assert share_cores(2) == Share(2, 4)
    assert share_cores(16) == Share(16, 1)


def environment(name, shared):
    time.sleep(0.2)
    return shared, os.environ[name], os.getpid()


def test_each_of_several_gpus_has_a_process_that_sees_no_other():
    executor = LocalExecutor(Share(1, 1), gpus=("0", "1"))
    assert not executor.in_this_process(gpu=True)
    found = list(executor.map(environment, ["CUDA_VISIBLE_DEVICES"] * 6, "shared", gpu=True))
    assert {(shared, gpu) for shared, gpu, _ in found} == {("shared", "0"), ("shared", "1")}
    assert len({process for *_, process in found}) == 2


def test_processes_of_one_gpu_divide_its_memory(monkeypatch):
    begun = []
    monkeypatch.setattr(
        "benchmark.execution.executors._pool",
        lambda jobs, variables, shared, gpu_share: begun.append(
            (variables["CUDA_VISIBLE_DEVICES"], gpu_share)
        ),
    )
    monkeypatch.setattr("benchmark.execution.executors._killing", lambda pool: nullcontext())
    for gpus in (("0", "1", "0", "1"), ("0", "1"), ("", "")):
        list(LocalExecutor(Share(1, 1), gpus=gpus).map(plus, [], 0, gpu=True))
    assert begun == [("0", 0.5), ("1", 0.5)] * 2 + [("0", 1.0), ("1", 1.0)] + [("", 1.0)] * 2


def test_a_worker_limits_the_memory_that_it_takes(monkeypatch):
    limits = []
    monkeypatch.setattr("extractors.devices.limit_memory", limits.append)
    monkeypatch.setattr("benchmark.execution.executors.end_with", lambda parent: None)
    monkeypatch.setattr("benchmark.execution.executors._shared", [])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    for share in (1.0, 0.25):
        _begin_worker(os.getpid(), None, share)
    assert limits == [0.25]


def test_what_all_items_share_is_sent_to_each_worker():
    executor = LocalExecutor(TWO)
    assert sorted(executor.map(plus, range(5), 10, gpu=False)) == [10, 11, 12, 13, 14]
    assert sorted(LocalExecutor(Share(1, 1)).map(plus, range(3), 1, gpu=False)) == [1, 2, 3]


def plus(item, shared):
    return item + shared


def end_hard(item, shared):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_of_a_gpu_is_one_line():
    executor = LocalExecutor(Share(1, 1), gpus=("0", "1"))
    with pytest.raises(UserError, match="the worker process of a GPU was killed"):
        list(executor.map(end_hard, range(2), None, gpu=True))
    with pytest.raises(UserError, match=r"that embeds \(one of 2, --embedding-processes\) was killed"):
        list(LocalExecutor(Share(1, 1), gpus=("", "")).map(end_hard, range(2), None, gpu=True))
