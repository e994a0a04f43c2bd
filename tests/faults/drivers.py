"""Two and four runs of the same grid at once, begun in the same fresh workspace."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from tests.faults.command import Started
from tests.faults.outcome import ACCEPTED, FAULT, Outcome, counted
from tests.faults.runs import arguments, differences, undisturbed, write_grid


def drivers(count: int) -> pd.DataFrame:
    """So many fresh workspaces with two drivers, half as many with four."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grid = write_grid(folder)
        wanted = undisturbed(folder, grid)
        outcomes = list(_at_once(folder, grid, wanted, 2, count))
        outcomes += _at_once(folder, grid, wanted, 4, max(1, count // 2))
    return counted(outcomes)


def _at_once(folder: Path, grid: Path, wanted: dict[str, str], number: int, count: int) -> Iterator[Outcome]:
    for attempt in range(count):
        workspace = folder / f"{number}-{attempt}"
        started = [Started(*arguments(grid, workspace)) for _ in range(number)]
        ended = [each.wait() for each in started]
        wrong = [output[-1000:] for status, output in ended if status]
        wrong += differences(workspace, wanted)
        yield Outcome(f"{number} drivers at once", FAULT if wrong else ACCEPTED, "; ".join(wrong))
