"""A discrete-event simulation of a run on a cluster: what takes how long, and what saturates first.

Workers take tasks from the scheduler, share one file system, and their results are logged by one writer, as in
`benchmark.execution.cluster` and `benchmark.tracking`. Nothing is random: the same tasks give the same times.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

START, STREAMED, COMPUTED, LOGGED = range(4)


@dataclass(frozen=True)
class Task:
    """First it streams `bytes` in `streams` seconds where nothing else slows it, then it computes."""

    pool: str
    streams: float
    bytes: float
    computes: float
    cells: int = 0  # logged at its end

    @property
    def demand(self) -> float:
        """Bytes per second of the file system while it streams at full speed."""
        return self.bytes / self.streams if self.streams else 0.0

    @property
    def seconds(self) -> float:
        """Seconds on a worker where nothing slows it."""
        return self.streams + self.computes


@dataclass(frozen=True)
class Cluster:
    """`workers` by pool; each limit is shared by all of them."""

    workers: dict[str, int]
    bandwidth: float  # of the file system, bytes/s
    per_task: float  # seconds of driver and scheduler
    per_cell: float  # seconds of the writer to MLflow
    ahead: int = 3  # tasks per worker that are sent and not logged yet (dask_executor._AHEAD)


@dataclass
class Outcome:
    """Seconds in all; of these, those that each shared part was busy, and the file system at its limit."""

    seconds: float = 0.0
    work: dict[str, float] = field(default_factory=dict)  # worker seconds by pool, nothing slowed
    file_system: float = 0.0  # share of the bandwidth, over time
    at_limit: float = 0.0
    scheduler: float = 0.0
    writer: float = 0.0
    longest: float = 0.0  # the longest task alone


def simulate(stages: Iterable[Sequence[Task]], cluster: Cluster) -> Outcome:
    """Run stages one after another; the tasks of a stage begin in their order, each in its own pool."""
    found = Outcome()
    for tasks in stages:
        _Stage(tasks, cluster, found).run()
    return found


class _Stage:
    """The clock of the streams runs at the share of the full speed that the file system allows."""

    def __init__(self, tasks: Sequence[Task], cluster: Cluster, found: Outcome) -> None:
        self.cluster, self.found, self.now, self.stream_clock = cluster, found, found.seconds, 0.0
        self.idle = dict(cluster.workers)
        self.waiting: dict[str, deque[Task]] = {pool: deque() for pool in self.idle}
        for task in tasks:
            self.waiting[task.pool].append(task)
            found.work[task.pool] = found.work.get(task.pool, 0.0) + task.seconds
            found.longest = max(found.longest, task.seconds)
        self.events: list[tuple[float, int, int, Task]] = []
        self.streams: list[tuple[float, int, Task]] = []  # by the clock of the streams
        self.demand, self.sent, self.count = 0.0, 0, 0
        self.scheduler_free = self.writer_free = self.now

    def run(self) -> None:
        self._send()
        while self.events or self.streams:
            kind, task = self._next()
            if kind == START and task.streams:
                self.count, self.demand = self.count + 1, self.demand + task.demand
                heappush(self.streams, (self.stream_clock + task.streams, self.count, task))
            elif kind in (START, STREAMED):
                self._at(self.now + task.computes, COMPUTED, task)
            elif kind == COMPUTED:
                self.idle[task.pool] += 1
                busy = task.cells * self.cluster.per_cell
                self.found.writer += busy
                self.writer_free = max(self.writer_free, self.now) + busy
                self._at(self.writer_free, LOGGED, task)
            else:
                self.sent -= 1
            self._send()
        self.found.seconds = self.now

    def _at(self, when: float, kind: int, task: Task) -> None:
        self.count += 1
        heappush(self.events, (when, self.count, kind, task))

    def _send(self) -> None:
        most = self.cluster.ahead * sum(self.cluster.workers.values())
        for pool, waiting in self.waiting.items():
            while waiting and self.idle[pool] and self.sent < most:
                self.idle[pool], self.sent = self.idle[pool] - 1, self.sent + 1
                self.found.scheduler += self.cluster.per_task
                self.scheduler_free = max(self.scheduler_free, self.now) + self.cluster.per_task
                self._at(self.scheduler_free, START, waiting.popleft())

    def _next(self) -> tuple[int, Task]:
        """Advance both clocks to the next event."""
        speed = min(1.0, self.cluster.bandwidth / self.demand) if self.streams else 1.0
        streamed = self.now + (self.streams[0][0] - self.stream_clock) / speed if self.streams else None
        first = self.streams and (not self.events or streamed <= self.events[0][0])
        when = streamed if first else self.events[0][0]
        elapsed, limit = when - self.now, self.cluster.bandwidth
        self.found.file_system += elapsed * min(1.0, self.demand / limit)
        self.found.at_limit += elapsed * (self.demand >= limit)
        self.now, self.stream_clock = when, self.stream_clock + elapsed * speed
        if first:
            self.stream_clock, _, task = heappop(self.streams)
            self.demand = self.demand - task.demand if self.streams else 0.0
            return STREAMED, task
        _, _, kind, task = heappop(self.events)
        return kind, task
