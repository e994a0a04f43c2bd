"""Progress of long stages on standard error: bars on a terminal, lines elsewhere."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from benchmark.cli.logs import stderr
from benchmark.execution.executors import Progress as Report

_OFTEN, _FIRST = 5.0, 300.0  # seconds between two lines, in the first minutes: somebody may be watching
_EVERY = 60.0  # later, to keep log files short; all three chosen by hand


@contextmanager
def bars() -> Iterator[Report]:
    """Yield a progress callback that draws one bar per stage."""
    columns = (
        TextColumn("{task.description:<36}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=stderr()) as shown:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, steps: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(stage, total=total)
            shown.advance(tasks[stage], steps)

        yield report


@contextmanager
def lines() -> Iterator[Report]:
    """Yield a progress callback that prints lines, also while no step ends for minutes."""
    stages = StageLines(lambda line: stderr().print(line, markup=False, highlight=False, soft_wrap=True))
    ended = threading.Event()

    def tick_each_second() -> None:
        while not ended.wait(1.0):
            stages.tick()

    clock = threading.Thread(target=tick_each_second, daemon=True)
    clock.start()
    try:
        yield stages.report
    finally:
        ended.set()
        clock.join()
        stages.close()


@dataclass
class _Stage:
    total: int
    started: float
    done: int = 0


class StageLines:
    """Print a line when a stage begins and ends, and between them some with counts, rate and time left.

    Every few seconds in the first five minutes of the command, then one per minute.
    """

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock = write, clock
        self._stages: dict[str, _Stage] = {}
        self._began = self._written = clock()
        self._lock = threading.Lock()  # steps and ticks come from two threads

    def report(self, name: str, steps: int, total: int) -> None:
        """Count steps of a stage; its first call begins it, its last step ends it."""
        with self._lock:
            if name not in self._stages:
                self._stages[name] = _Stage(total, self._clock())
                self._say(f"{name}: 0/{total:,}, begins")
            stage = self._stages[name]
            running = stage.done < stage.total
            stage.done += steps
            if running and stage.done >= stage.total:
                self._say(f"{name}: {stage.done:,}/{stage.total:,}, done in {self._since(stage)}")
        self.tick()

    def tick(self) -> None:
        """Print the state of the running stages when the last line is old enough."""
        with self._lock:
            now = self._clock()
            if now - self._written < (_OFTEN if now - self._began < _FIRST else _EVERY):
                return
            for name, stage in self._running():
                self._say(f"{name}: {stage.done:,}/{stage.total:,}, {self._speed(stage)}")

    def close(self) -> None:
        """Print where unfinished stages stopped."""
        with self._lock:
            for name, stage in self._running():
                self._say(f"{name}: stopped at {stage.done:,}/{stage.total:,} after {self._since(stage)}")

    def _running(self) -> list[tuple[str, _Stage]]:
        return [(name, stage) for name, stage in self._stages.items() if stage.done < stage.total]

    def _say(self, line: str) -> None:
        self._written = self._clock()
        self._write(line)

    def _since(self, stage: _Stage) -> str:
        return duration(self._clock() - stage.started) or "less than 1 s"

    def _speed(self, stage: _Stage) -> str:
        if not stage.done:
            return f"no step ended for {self._since(stage)}"
        per_second = stage.done / (self._clock() - stage.started)
        left = duration((stage.total - stage.done) / per_second) or "less than 1 s"
        return f"{_rate(per_second)}, {left} left"


def _rate(per_second: float) -> str:
    """A rate in the smallest unit of time in which it is at least 1: 3.1/s, 12.0/min, 0.5/h."""
    for factor, unit in ((1, "s"), (60, "min"), (3600, "h")):
        if per_second * factor >= 1 or unit == "h":
            break
    return f"{per_second * factor:.1f}/{unit}"


def duration(seconds: float) -> str:
    """Seconds as text: 45 s, 12 min, 3.5 h; empty below 1 s."""
    if seconds < 1:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
