"""What runs inside a worker of a Dask cluster."""

import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin
from distributed.worker import Worker

from benchmark.execution.cluster.sending import SentArray, compute_apart
from benchmark.execution.executors import available_cores
from benchmark.execution.identity import Identity, differences, identity
from benchmark.execution.job import Job
from benchmark.store.leases import this_machine
from extractors.orphans import end_with


class RefusedWorkerError(Exception):
    """A worker with other code, libraries or files than the driver. Arguments: its address, and why."""


def compute(
    function: Callable[[Any, Any], Any],
    item: Any,
    shared: Any,
    expected: Identity,
    arrays: Sequence[SentArray] | None,
) -> Any:
    """`function(item, shared)`, on a worker that is like the driver. Raises RefusedWorkerError on another.

    With `arrays`, a worker that does not see the workspace returns `SentResults`.
    """
    if different := differences(expected, identity()):
        raise RefusedWorkerError(get_worker().address, different)
    if not isinstance(shared, Job) or shared.sees_workspace:
        return function(item, shared)
    if arrays is None:
        raise RefusedWorkerError(get_worker().address, f"it does not see {shared.records.folder}")
    return compute_apart(function, item, shared, arrays)


def sees(job: Job) -> bool:
    """Whether this worker has the workspace of a job at its place."""
    return job.sees_workspace


def unpack(content: bytes) -> object:
    """What all items share. A task of its own: each worker gets it once, also after another's death."""
    return pickle.loads(content)


def capacity() -> tuple[str, int]:
    """Which cores of which machine this worker may use, and their number.

    Workers in several jobs of one machine have cores of their own, where its scheduler pins them.
    """
    pinned = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return f"{this_machine()} {pinned}", available_cores()


class EndWithParent(WorkerPlugin):
    """Ends a worker of this machine when the process that started it is killed."""

    name = "end-with-parent"

    def setup(self, worker: Worker) -> None:
        """See the class."""
        end_with(os.getppid())


def threads_per_task(workers: Mapping[str, int], capacities: Mapping[str, tuple[str, int]]) -> int:
    """The threads that each task may use where all tasks run at once: the smallest number of all machines.

    `workers` are tasks at once by address; `capacities` as `capacity` gives them.
    """
    tasks: dict[str, int] = {}
    for address in capacities.keys() & workers.keys():  # one of them may just have gone or come
        count, (machine, _) = workers[address], capacities[address]
        tasks[machine] = tasks.get(machine, 0) + count
    cores = dict(capacities.values())
    return min((max(1, cores[machine] // count) for machine, count in tasks.items()), default=1)
