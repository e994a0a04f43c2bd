"""What a check of the machine found, and what a check looks at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmark.grid.schema import Grid
from benchmark.store.workspace import Workspace

OK, NOTE, PROBLEM = "ok", "note", "problem"  # nothing to do; may matter; stands in the way of a run


@dataclass(frozen=True)
class Finding:
    """What was found, in which `state`; for anything but OK also why it matters and what to do.

    `public` stands for `what` in a bug report: a fixed text and counts, where `what` holds paths or values.
    """

    check: str
    state: str
    what: str
    why: str = ""
    do: str = ""
    public: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What checks look at: the workspace, a grid where one was named, and a Dask scheduler's address."""

    workspace: Workspace
    grid: Grid | None = None
    grid_file: Path | None = None
    scheduler: str = ""


@dataclass(frozen=True)
class Check:
    """A check by name: `find` yields findings, at least one. It may wait for others, but not for long."""

    name: str
    find: Callable[[Surroundings], Iterable[Finding]]
    of_grid: bool = False  # left out without a grid
