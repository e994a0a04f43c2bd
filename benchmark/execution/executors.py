"""Run functions in local processes and divide the cores among them."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from joblib.externals.loky import ProcessPoolExecutor

from benchmark.errors import UserError
from extractors.orphans import end_with

Progress = Callable[[str, int, int], None]  # callback (stage, steps just done, all steps of the stage)
T = TypeVar("T")
R = TypeVar("R")

# The variables by which joblib's `inner_max_num_threads` limits numerical libraries in its workers
# (joblib/_parallel_backends.py, ParallelBackendBase.MAX_NUM_THREADS_VARS).
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
_IDLE_SECONDS = 300  # joblib's default: an idle worker ends after it, also when its parent was killed


@dataclass(frozen=True)
class Share:
    """How many processes run at once, and how many threads each of them may use."""

    jobs: int
    threads: int


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share_cores(jobs: int | None) -> Share:
    """Divide the cores among `jobs` processes; None means one process per core."""
    cores = available_cores()
    jobs = jobs or cores
    return Share(jobs, max(1, cores // jobs))


def run_all(function: Callable[[T], R], items: Iterable[T], share: Share) -> Iterator[R]:
    """Apply a function to each item in worker processes and yield the results as they finish.

    With one job the function runs in this process. Otherwise a separate pool is used, so that joblib's own
    workers are not affected. At most 2 × jobs items are taken from `items` ahead of the results. An
    exception of the function is raised here; UserError when a worker was killed. When the caller stops early
    (an error, a signal, a closed generator), the workers are killed at once; when this process dies, within
    seconds.
    """
    if share.jobs == 1:
        yield from map(function, items)
        return
    pool = ProcessPoolExecutor(
        share.jobs,
        timeout=_IDLE_SECONDS,
        initializer=_begin_worker,
        initargs=(os.getpid(),),
        env=_limits(share.threads),
    )
    finished = False
    try:
        yield from _as_finished(pool, function, items, ahead=2 * share.jobs)
        finished = True
    except BrokenExecutor as error:
        raise UserError(
            "a worker process was killed, most likely for want of memory; finished results are kept. Run"
            f" again with fewer --jobs than {share.jobs}"
        ) from error
    finally:
        pool.shutdown(wait=True, kill_workers=not finished)


def _as_finished(
    pool: ProcessPoolExecutor, function: Callable[[T], R], items: Iterable[T], ahead: int
) -> Iterator[R]:
    waiting = iter(items)
    running: set[Future[R]] = set()
    while True:
        running.update(pool.submit(function, item) for item in islice(waiting, ahead - len(running)))
        if not running:
            return
        done, running = wait(running, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)


def _limits(threads: int) -> dict[str, str]:
    """The environment of a worker, set before it imports anything."""
    limits = dict.fromkeys(_THREAD_VARIABLES, str(threads))
    return limits if "ENABLE_IPC" in os.environ else limits | {"ENABLE_IPC": "1"}  # TBB, as joblib sets it


def _begin_worker(parent: int) -> None:
    """Leave Ctrl-C, which reaches all processes of a terminal, to the parent; end when the parent dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
