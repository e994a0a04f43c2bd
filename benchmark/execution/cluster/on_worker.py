"""What runs inside a worker of a Dask cluster."""

import os
import pickle
from collections.abc import Callable, Mapping
from typing import TypeVar

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin
from distributed.worker import Worker

from benchmark.execution.executors import available_cores
from benchmark.execution.identity import Identity, differences, identity
from benchmark.store.leases import this_machine
from extractors.orphans import end_with

T = TypeVar("T")
S = TypeVar("S")
R = TypeVar("R")
Unpack = Callable[[S], S]


class OtherVersionsError(Exception):
    """A worker with other code or libraries than the driver. Arguments: its address, and what differs."""


def compute(function: Callable[[T, S], R], item: T, shared: S, expected: Identity) -> R:
    """`function(item, shared)`, on a worker that is like the driver. Raises OtherVersionsError on another."""
    if different := differences(expected, identity()):
        raise OtherVersionsError(get_worker().address, different)
    return function(item, shared)


def unpack(content: bytes) -> object:
    """What all items share. A task of its own: each worker gets it once, also after another's death."""
    return pickle.loads(content)


def capacity() -> tuple[str, int]:
    """The machine of this worker, and the cores that it may use."""
    return this_machine(), available_cores()


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
    for address, count in workers.items():
        machine, _ = capacities[address]
        tasks[machine] = tasks.get(machine, 0) + count
    cores = dict(capacities.values())
    return min((max(1, cores[machine] // count) for machine, count in tasks.items()), default=1)
