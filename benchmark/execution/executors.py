"""Run functions in local processes and divide the cores and GPUs among them."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Protocol, TypeVar

from joblib.externals.loky import ProcessPoolExecutor, cpu_count

from benchmark.errors import UserError
from extractors.orphans import end_with

Progress = Callable[[str, int, int], None]  # callback (stage, steps just done, all steps of the stage)
T = TypeVar("T")
S = TypeVar("S")
R = TypeVar("R")
Work = Callable[[T, S], R]  # a function of a module, of an item and of what all items share

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
    """Return how many cores this process may use, by its affinity and the limits of its container."""
    return int(cpu_count())


def visible_gpus(device: str) -> tuple[str, ...]:
    """The GPUs that a run on `device` may use, as CUDA_VISIBLE_DEVICES names them.

    None for another device, and for `cuda:1`, one GPU that needs no process of its own.
    """
    if device not in ("auto", "cuda"):
        return ()
    import torch  # takes seconds

    named = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    count = torch.cuda.device_count()
    return tuple(named[:count] or map(str, range(count)))


def share_cores(jobs: int | None) -> Share:
    """Divide the cores among `jobs` processes; None means one process per core."""
    cores = available_cores()
    jobs = jobs or cores
    return Share(jobs, max(1, cores // jobs))


class Executor(Protocol):
    """Where the cells of a run are computed: in local processes, or on a cluster."""

    def threads(self, *, gpu: bool) -> int:
        """The number of threads that each function may use, with `gpu` as in `map`."""
        ...

    def map(self, function: "Work[T, S, R]", items: Iterable[T], shared: S, *, gpu: bool) -> Iterator[R]:
        """Yield `function(item, shared)` as they finish, in any order; `shared` is sent to a worker once.

        `gpu` says that each of them uses a whole device. Raises UserError when workers are lost.
        """
        ...

    def in_this_process(self, *, gpu: bool) -> bool:
        """Whether `map` calls the function in this process, where callbacks of it work."""
        ...

    def workers(self) -> int:
        """How many items with `gpu` are computed at once."""
        ...

    def sees_workspace(self, job: Any) -> bool:
        """Whether all workers see the workspace of a job."""
        ...


@dataclass(frozen=True)
class LocalExecutor:
    """Worker processes of this machine: `share` for the CPU, and one process for each of several `gpus`.

    A GPU is named once for each of its processes, which divide its memory. Names are those of
    CUDA_VISIBLE_DEVICES; of a process without a GPU empty.
    """

    share: Share
    gpus: tuple[str, ...] = ()

    def threads(self, *, gpu: bool) -> int:
        """See `Executor`."""
        return max(1, available_cores() // max(1, len(self.gpus))) if gpu else self.share.threads

    def map(self, function: "Work[T, S, R]", items: Iterable[T], shared: S, *, gpu: bool) -> Iterator[R]:
        """See `Executor`."""
        if self.in_this_process(gpu=gpu):
            return (function(item, shared) for item in items)
        if gpu:
            return _run_on_gpus(function, items, shared, self.gpus)
        return run_all(partial(_with_shared, function), items, self.share, shared)

    def in_this_process(self, *, gpu: bool) -> bool:
        """See `Executor`."""
        return len(self.gpus) < 2 if gpu else self.share.jobs == 1

    def workers(self) -> int:
        """See `Executor`."""
        return max(1, len(self.gpus))

    def sees_workspace(self, job: Any) -> bool:
        """See `Executor`."""
        return True


_shared: list[Any] = []  # in a worker: what its parent sent once


def _with_shared(function: "Work[T, S, R]", item: T) -> R:
    return function(item, _shared[0])


def run_all(
    function: Callable[[T], R], items: Iterable[T], share: Share, shared: object = None
) -> Iterator[R]:
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
    with _killing(_pool(share.jobs, _limits(share.threads), shared)) as pool:
        try:
            yield from _as_finished(pool, function, items, ahead=2 * share.jobs)
        except BrokenExecutor as error:
            raise UserError(
                "a worker process was killed, most likely for want of memory; finished results are kept. Run"
                f" again with fewer --jobs than {share.jobs}"
            ) from error


def _run_on_gpus(
    function: "Work[T, S, R]", items: Iterable[T], shared: S, gpus: Sequence[str]
) -> Iterator[R]:
    """One process for each of `gpus`, which sees no other; the next item goes to the first that is idle."""
    threads = max(1, available_cores() // len(gpus))
    waiting, work = iter(items), partial(_with_shared, function)
    with ExitStack() as stack:
        idle: list[ProcessPoolExecutor] = []
        for gpu in gpus:
            variables = _limits(threads) | {"CUDA_VISIBLE_DEVICES": gpu}
            pool = _pool(1, variables, shared, gpu_share=1 / gpus.count(gpu) if gpu else 1.0)
            idle.append(stack.enter_context(_killing(pool)))
        running: dict[Future[R], ProcessPoolExecutor] = {}
        try:
            while True:
                for item in islice(waiting, len(idle)):
                    pool = idle.pop()
                    running[pool.submit(work, item)] = pool
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    idle.append(running.pop(future))
                    yield future.result()
        except BrokenExecutor as error:
            whose = "of a GPU" if any(gpus) else f"that embeds (one of {len(gpus)}, --embedding-processes)"
            raise UserError(
                f"the worker process {whose} was killed, most likely for want of memory; finished results are"
                " kept, and the same command continues from there"
            ) from error


def _pool(
    jobs: int, variables: dict[str, str], shared: object, gpu_share: float = 1.0
) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        jobs,
        timeout=_IDLE_SECONDS,
        initializer=_begin_worker,
        initargs=(os.getpid(), shared, gpu_share),
        env=variables,
    )


@contextmanager
def _killing(pool: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    """Shut the pool down after the block; its workers are killed where the block did not end by itself."""
    finished = False
    try:
        yield pool
        finished = True
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


def _begin_worker(parent: int, shared: object, gpu_share: float) -> None:
    """Leave Ctrl-C, which reaches all processes of a terminal, to the parent; end when the parent dies.

    Of a GPU's memory the worker takes no more than its share, so that its results do not depend on others.
    """
    _shared[:] = [shared]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
    if gpu_share < 1:
        from extractors.devices import limit_memory  # imports torch, which takes seconds

        limit_memory(gpu_share)
