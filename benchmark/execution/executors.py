"""Where work runs: local processes, each with its share of the cores."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor

Progress = Callable[[str, int, int], None]  # (stage, steps done now, steps in all)
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Share:
    """How many processes work at once and how many threads each may use: jobs × threads = cores."""

    jobs: int
    threads: int


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share_cores(jobs: int | None) -> Share:
    """Divide the cores among `jobs` processes; None means a process per core."""
    cores = available_cores()
    jobs = jobs or cores
    return Share(jobs, max(1, cores // jobs))


def run_all(function: Callable[[T], R], items: Iterable[T], share: Share) -> Iterator[R]:
    """Apply a function to each item in worker processes; results come as they finish.

    When the caller stops early (an error, Ctrl-C), the workers are killed at once.
    """
    get_reusable_executor().shutdown()  # workers of an earlier stage have another number of threads
    try:
        with parallel_config(backend="loky", n_jobs=share.jobs, inner_max_num_threads=share.threads):
            yield from Parallel(return_as="generator_unordered", pre_dispatch=2 * share.jobs, batch_size=1)(
                delayed(function)(item) for item in items
            )
    except BaseException:
        get_reusable_executor().shutdown(wait=False, kill_workers=True)
        raise
