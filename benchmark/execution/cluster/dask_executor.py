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
from benchmark.execution.cluster.on_worker import RefusedWorkerError
from benchmark.execution.cluster.sending import SentArray, SentResults
from benchmark.execution.identity import identity
from benchmark.execution.job import Job

T = TypeVar("T")
S = TypeVar("S")
R = TypeVar("R")
GPU = "GPU"  # the resource of workers with a device: `dask worker --resources "GPU=1"`
_AHEAD = 3  # items that each task of a worker has waiting: enough to hide the way to the scheduler
_log = logging.getLogger(__name__)


@dataclass
class DaskExecutor:
    """An executor (`benchmark.execution.executors.Executor`) on the workers of a cluster.

    Workers with other code or other versions of the libraries are refused, with a line in the log. Where a
    worker does not see the workspace when a stage begins, its arrays are sent to all workers.
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
        stage = None
        try:
            stage = _Stage(self, function, shared, gpu)
            yield from stage.run(iter(items))
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
            if stage is not None:
                stage.release()

    def room(self) -> int:
        """How many items may run or wait at the workers."""
        return _AHEAD * self.workers()

    def options(self, *, gpu: bool) -> dict[str, Any]:
        """Where an item may run. Raises UserError when all workers are refused."""
        known = self._known()
        has_gpus = any(GPU in one.get("resources", {}) for one in known.values())
        allowed = [address for address in known if address not in self.refused]
        if not allowed:
            raise UserError(
                "no worker of the cluster has the code, the libraries and the files of this machine"
            )
        return {
            "resources": {GPU: 1} if gpu and has_gpus else None,
            "workers": allowed if self.refused else None,
        }

    def refuse(self, address: str, why: str) -> None:
        """Give no item to a worker any more."""
        if address not in self.refused:
            _log.warning("worker %s is refused: %s", address, why)
        self.refused.add(address)

    def workers(self) -> int:
        """The tasks at once of all workers."""
        return max(1, sum(self._workers().values()))

    def sees_workspace(self, job: Job) -> bool:
        """Whether all present workers have the workspace of a job at its place."""
        return all(self.client.run(on_worker.sees, job).values())

    def _workers(self) -> dict[str, int]:
        """The number of tasks at once of each worker, by its address."""
        return {address: one["nthreads"] for address, one in self._known().items()}

    def _known(self) -> dict[str, dict[str, Any]]:
        known: dict[str, dict[str, Any]] = self.client.scheduler_info(n_workers=-1)["workers"]
        return known


class _Stage:
    """The items of one call of `map` on their way."""

    def __init__(
        self, executor: DaskExecutor, function: Callable[[Any, Any], Any], shared: object, gpu: bool
    ) -> None:
        self._executor, self._client, self._gpu = executor, executor.client, gpu
        self._function, self._shared = function, shared
        self._sent = self._client.submit(on_worker.unpack, cloudpickle.dumps(shared), pure=False)
        self._apart = isinstance(shared, Job) and not executor.sees_workspace(shared)
        self._arrays: dict[object, Future[Any]] = {}
        self._running: dict[Future[Any], Any] = {}
        self._finished = as_completed(loop=self._client.loop, raise_errors=False)

    def run(self, waiting: Iterator[Any]) -> Iterator[Any]:
        """Yield the results as they come."""
        while True:
            for item in islice(waiting, max(0, self._executor.room() - len(self._running))):
                self._submit(item)
            if not self._running:
                return
            future = next(self._finished)
            item = self._running.pop(future)
            try:
                result = future.result()
            except RefusedWorkerError as error:
                self._executor.refuse(*error.args)
                self._submit(item)
            else:
                received = isinstance(result, SentResults) and isinstance(self._shared, Job)
                yield result.receive(self._shared) if received else result

    def release(self) -> None:
        """Cancel what has not begun."""
        for future in [*self._running, *self._arrays.values(), self._sent]:
            future.release()

    def _submit(self, item: Any) -> None:
        future = self._client.submit(
            on_worker.compute,
            self._function,
            item,
            self._sent,
            identity(),
            self._arrays_of(item) if self._apart else None,
            pure=False,
            **self._executor.options(gpu=self._gpu),
        )
        self._running[future] = item
        self._finished.add(future)

    def _arrays_of(self, item: Any) -> list[Future[Any]]:
        """The arrays that an item needs, each sent to all workers once."""
        folders = item.arrays(self._shared)
        for folder in folders:
            if folder not in self._arrays:
                self._arrays[folder] = self._client.scatter(SentArray.of(folder), broadcast=True, hash=False)
        return [self._arrays[folder] for folder in folders]


def _address(client: Client) -> str:
    return str(client.scheduler.address) if client.scheduler else "of the cluster"
