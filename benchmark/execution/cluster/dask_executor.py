"""The executor that gives items to the workers of a Dask cluster (distributed.dask.org)."""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import cloudpickle
from distributed import Client, Future, KilledWorker, as_completed

from benchmark.errors import UserError
from benchmark.execution.cluster import on_worker
from benchmark.execution.cluster.on_worker import OtherVersionsError
from benchmark.execution.identity import identity

T = TypeVar("T")
S = TypeVar("S")
R = TypeVar("R")
GPU = "GPU"  # the resource of workers with a device: `dask worker --resources "GPU=1"`
_AHEAD = 3  # items that each task of a worker has waiting: enough to hide the way to the scheduler
_WAIT = 120  # seconds for the first worker of the cluster
_log = logging.getLogger(__name__)


@dataclass
class DaskExecutor:
    """An executor (`benchmark.execution.executors.Executor`) on the workers of a cluster.

    Workers with other code or other versions of the libraries are refused, with a line in the log.
    """

    client: Client
    refused: set[str] = field(default_factory=set)  # addresses

    def threads(self, *, gpu: bool) -> int:
        """The threads of each task, where all workers of a machine are busy."""
        return on_worker.threads_per_task(self._workers(), self.client.run(on_worker.capacity))

    def in_this_process(self, *, gpu: bool) -> bool:
        """Never: callbacks of this process are not called."""
        return False

    def map(self, function: Callable[[T, S], R], items: Iterable[T], shared: S, *, gpu: bool) -> Iterator[R]:
        """Yield `function(item, shared)` as they finish; `shared` is sent to each worker once.

        With `gpu`, an item runs on a worker that has the resource GPU, where there are such workers. Raises
        UserError when the scheduler is lost, when an item ends its workers, and when no worker is left.
        """
        running: dict[Future[Any], T] = {}
        waiting = iter(items)
        try:
            self.client.wait_for_workers(1, timeout=_WAIT)
            sent = self.client.submit(on_worker.unpack, cloudpickle.dumps(shared), pure=False)
            finished = as_completed(loop=self.client.loop, raise_errors=False)
            while True:
                for item in islice(waiting, self._room(len(running))):
                    future = self._submit(function, item, sent, gpu)
                    running[future] = item
                    finished.add(future)
                if not running:
                    return
                future = next(finished)
                item = running.pop(future)
                try:
                    yield future.result()
                except OtherVersionsError as error:
                    self._refuse(*error.args)
                    again = self._submit(function, item, sent, gpu)
                    running[again] = item
                    finished.add(again)
        except KilledWorker as error:
            raise UserError(
                "the workers that computed a batch were killed several times, most likely for want of memory;"
                " finished results are kept. Run again with more memory for each worker"
            ) from error
        except (CancelledError, OSError, TimeoutError) as error:
            if isinstance(error, OSError) and self.client.status == "running":
                raise  # of a cell: a full disk
            raise UserError(
                f"the scheduler {_address(self.client)} cannot be reached any more, or has no worker;"
                " finished results are kept, and the same command continues from there"
            ) from error
        finally:
            for future in running:
                future.release()

    def _submit(self, function: Callable[[T, S], R], item: T, shared: Future[Any], gpu: bool) -> Future[Any]:
        resources = {GPU: 1} if gpu and self._has_gpus() else None
        allowed = [address for address in self._workers() if address not in self.refused]
        if not allowed:
            raise UserError("no worker of the cluster has the code and the libraries of this machine")
        return self.client.submit(
            on_worker.compute,
            function,
            item,
            shared,
            identity(),
            pure=False,
            resources=resources,
            workers=allowed if self.refused else None,
        )

    def _refuse(self, address: str, different: str) -> None:
        _log.warning("worker %s is refused: %s", address, different)
        self.refused.add(address)

    def _room(self, running: int) -> int:
        return max(1, _AHEAD * sum(self._workers().values())) - running

    def _workers(self) -> dict[str, int]:
        """The number of tasks at once of each worker, by its address."""
        return {address: one["nthreads"] for address, one in self._known().items()}

    def _has_gpus(self) -> bool:
        return any(GPU in one.get("resources", {}) for one in self._known().values())

    def _known(self) -> dict[str, dict[str, Any]]:
        known: dict[str, dict[str, Any]] = self.client.scheduler_info(n_workers=-1)["workers"]
        return known


def _address(client: Client) -> str:
    return str(client.scheduler.address) if client.scheduler else "of the cluster"
