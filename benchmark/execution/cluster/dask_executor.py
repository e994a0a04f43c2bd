"""The executor that gives items to the workers of a Dask cluster (distributed.dask.org)."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import cloudpickle
from distributed import Client, Future, KilledWorker

from benchmark.errors import UserError, reason
from benchmark.execution.cluster import on_worker
from benchmark.execution.cluster.on_worker import RefusedWorkerError
from benchmark.execution.cluster.sending import SentArray, SentResults
from benchmark.execution.identity import differences, identity
from benchmark.execution.job import Job

T = TypeVar("T")
S = TypeVar("S")
R = TypeVar("R")
GPU = "GPU"  # the resource of workers with a device: `dask worker --resources "GPU=1"`
_AHEAD = 3  # items that each task of a worker has waiting: enough to hide the way to the scheduler
_LOOK = 3.0  # seconds between two looks at the workers while no item ends
_PATIENCE = 120.0  # seconds without a worker that may compute, after which a run gives up
_log = logging.getLogger(__name__)


@dataclass
class DaskExecutor:
    """An executor (`benchmark.execution.executors.Executor`) on the workers of a cluster.

    Workers with other code or other versions of the libraries are refused, with a line in the log. Where a
    worker does not see the workspace when a stage begins, its arrays are sent to all workers. `most_workers`
    is the number up to which a cluster grows with the work; it waits for workers without an end.
    """

    client: Client
    most_workers: int = 0
    refused: set[str] = field(default_factory=set)  # addresses
    threads_of_run: int = 0  # 0: not asked for yet

    def threads(self, *, gpu: bool) -> int:
        """The threads of each task, where all workers of a machine are busy.

        The first answer stays: with a worker less for a while, later cells would have more threads and
        differ from the earlier ones in their last digits.
        """
        if not self.threads_of_run:
            found = self._ask(on_worker.capacity)
            self.threads_of_run = on_worker.threads_per_task(self._tasks(), found)
        return self.threads_of_run

    def in_this_process(self, *, gpu: bool) -> bool:
        """Never: callbacks of this process are not called."""
        return False

    def workers(self) -> int:
        """The tasks at once of all workers."""
        return max(1, sum(self._tasks().values()))

    def sees_workspace(self, job: Job) -> bool:
        """Whether all present workers have the workspace of a job at its place."""
        return all(self._ask(on_worker.sees, job).values())

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
                f"the scheduler {_address(self.client)} cannot be reached any more;"
                " finished results are kept, and the same command continues from there"
            ) from error
        finally:
            if stage is not None:
                stage.release()

    def room(self) -> int:
        """How many items may run or wait at the workers."""
        return _AHEAD * max(self.workers(), self.most_workers)

    def has_gpus(self) -> bool:
        """Whether a worker has the resource GPU."""
        return any(GPU in one.get("resources", {}) for one in self._known().values())

    def allowed(self) -> list[str]:
        """The addresses of the workers that are not refused."""
        return [address for address in self._known() if address not in self.refused]

    def check(self) -> None:
        """Refuse the present workers that differ. Raises UserError when no other is there."""
        own = identity()
        for address, found in self.client.run(identity, on_error="return").items():
            if isinstance(found, BaseException):
                self.refuse(address, f"it has not this project ({reason(found)})")
            elif different := differences(own, found):
                self.refuse(address, different)
        if self._known() and not self.allowed():
            raise UserError(
                "no worker of the cluster has the code, the libraries and the files of this machine"
            )

    def refuse(self, address: str, why: str) -> None:
        """Give no item to a worker any more."""
        if address not in self.refused:
            _log.warning("worker %s is refused: %s", address, why)
        self.refused.add(address)

    def _ask(self, function: Callable[..., Any], *given: object) -> dict[str, Any]:
        """What a function returns on each allowed worker; those that have just gone are left out."""
        self.check()
        answers: dict[str, Any] = self.client.run(function, *given, workers=self.allowed(), on_error="ignore")
        return answers

    def _tasks(self) -> dict[str, int]:
        """The number of tasks at once of each allowed worker, by its address."""
        known = self._known()
        return {address: one["nthreads"] for address, one in known.items() if address not in self.refused}

    def _known(self) -> dict[str, dict[str, Any]]:
        known: dict[str, dict[str, Any]] = self.client.scheduler_info(n_workers=-1)["workers"]
        return known


@dataclass(frozen=True)
class _Submitted:
    """An item on its way, and the workers that it is limited to; None for any."""

    item: Any
    workers: frozenset[str] | None


class _Stage:
    """The items of one call of `map` on their way."""

    def __init__(
        self, executor: DaskExecutor, function: Callable[[Any, Any], Any], shared: object, gpu: bool
    ) -> None:
        executor.check()
        self._executor, self._client = executor, executor.client
        self._function, self._shared = function, shared
        self._resources = {GPU: 1} if gpu and executor.has_gpus() else None
        content = cloudpickle.dumps(shared)
        limited = list(self._limit() or ())
        self._sent = self._client.submit(on_worker.unpack, content, pure=False, workers=limited or None)
        self._apart = isinstance(shared, Job) and not executor.sees_workspace(shared)
        self._arrays: dict[object, Future[Any]] = {}
        self._running: dict[Future[Any], _Submitted] = {}
        self._finished: SimpleQueue[Future[Any]] = SimpleQueue()
        self._alone_since: float | None = None  # since when no worker may compute

    def run(self, waiting: Iterator[Any]) -> Iterator[Any]:
        """Yield the results as they come."""
        while True:
            for item in islice(waiting, max(0, self._executor.room() - len(self._running))):
                self._submit(item)
            if not self._running:
                return
            try:
                future = self._finished.get(timeout=_LOOK)
            except Empty:
                self._look()
                continue
            if future not in self._running:  # submitted again meanwhile
                continue
            item = self._running.pop(future).item
            try:
                result = future.result()
            except RefusedWorkerError as error:
                self._executor.refuse(*error.args)
                self._executor.check()
                self._submit(item)
            else:
                received = isinstance(result, SentResults) and isinstance(self._shared, Job)
                yield result.receive(self._shared) if received else result

    def release(self) -> None:
        """Cancel what has not begun."""
        for future in [*self._running, *self._arrays.values(), self._sent]:
            future.release()

    def _submit(self, item: Any) -> None:
        limit = self._limit()
        future = self._client.submit(
            on_worker.compute,
            self._function,
            item,
            self._sent,
            identity(),
            self._arrays_of(item) if self._apart else None,
            pure=False,
            resources=self._resources,
            workers=list(limit) if limit else None,
        )
        self._running[future] = _Submitted(item, limit)
        future.add_done_callback(self._finished.put)

    def _limit(self) -> frozenset[str] | None:
        """The workers that items are limited to: those that are not refused, where any is."""
        return frozenset(self._executor.allowed()) if self._executor.refused else None

    def _look(self) -> None:
        """While nothing ends: items limited to workers that are gone go to others; somebody must be there.

        Raises UserError when nobody has been for _PATIENCE seconds, unless the cluster grows by itself.
        """
        if self._client.status != "running":
            raise CancelledError
        allowed = frozenset(self._executor.allowed())
        for future, submitted in list(self._running.items()):
            if submitted.workers is not None and allowed and not submitted.workers & allowed:
                del self._running[future]
                future.release()
                self._submit(submitted.item)
        able = allowed and (self._resources is None or self._executor.has_gpus())
        if able or self._executor.most_workers:
            self._alone_since = None
            return
        self._alone_since = self._alone_since or time.monotonic()
        if time.monotonic() - self._alone_since > _PATIENCE:
            raise UserError(
                f"the scheduler {_address(self._client)} has no worker any more that could compute this;"
                " finished results are kept, and the same command continues from there"
            )

    def _arrays_of(self, item: Any) -> list[Future[Any]]:
        """The arrays that an item needs, each sent to all workers once."""
        folders = item.arrays(self._shared)
        for folder in folders:
            if folder not in self._arrays:
                self._arrays[folder] = self._client.scatter(
                    SentArray.of(folder), broadcast=True, hash=False, workers=self._executor.allowed()
                )
        return [self._arrays[folder] for folder in folders]


def _address(client: Client) -> str:
    return str(client.scheduler.address) if client.scheduler else "of the cluster"
