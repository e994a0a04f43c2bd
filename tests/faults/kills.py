"""Runs that are killed at random moments, by SIGKILL, SIGTERM and SIGHUP, and then finished."""

import random
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from tests.faults.command import Started
from tests.faults.outcome import ACCEPTED, FAULT, Outcome, counted
from tests.faults.runs import arguments, differences, undisturbed, write_grid

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
LONGEST_CHAIN = 12  # kills of one workspace, after which it is let finish


def kills(count: int, seed: int = 0) -> pd.DataFrame:
    """So many kills, in chains: a workspace is killed again and again until a run ends by itself."""
    choose = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grid = write_grid(folder)
        began = time.monotonic()
        wanted = undisturbed(folder, grid)
        took, done, chains = time.monotonic() - began, 0, []
        while done < count:
            chain = list(_chain(folder / f"w{len(chains)}", grid, wanted, took, choose, count - done))
            done += sum(outcome.kind != "finished afterwards" for outcome in chain)
            chains.append(chain)
        reports = list(_report_kills(folder, grid, choose, max(1, count // 20)))
    return counted([outcome for chain in chains for outcome in chain] + reports)


def _chain(
    workspace: Path, grid: Path, wanted: dict[str, str], took: float, choose: random.Random, most: int
) -> Iterator[Outcome]:
    """Kills of one workspace, each named by what was there already, then the run that ends by itself."""
    for _ in range(min(most, LONGEST_CHAIN)):
        number = choose.choice(SIGNALS)
        started = Started(*arguments(grid, workspace))
        time.sleep(choose.uniform(0.1, 0.9) ** 1.5 * took)
        kind = f"{number.name} {_stage(workspace, started)}"
        started.send(number)
        if left := started.left_behind():
            yield Outcome(kind, FAULT, f"left behind: {left}")
        else:
            status, output = started.wait(30)
            traced = number == signal.SIGTERM and "Traceback" in output
            yield Outcome(kind, FAULT if traced else ACCEPTED, output[-500:])
        if "ended" in kind:
            break
    status, output = Started(*arguments(grid, workspace)).wait()
    wrong = differences(workspace, wanted) if status == 0 else [f"status {status}: {output[-1500:]}"]
    yield Outcome("finished afterwards", FAULT if wrong else ACCEPTED, "; ".join(wrong))


def _stage(workspace: Path, started: Started) -> str:
    """Where the run is, by the files that are there."""
    if started.process.poll() is not None:
        return "after it had ended"
    if not (workspace / "mlflow.db").exists():
        return "before or while the database is made"
    if not list((workspace / ".cache").glob("**/meta.json")):
        return "while images are decoded"
    if not list(workspace.glob("*/*/result.json")):
        return "while images are embedded or the first cell is fitted"
    return "between cells"


def _report_kills(folder: Path, grid: Path, choose: random.Random, count: int) -> Iterator[Outcome]:
    """Kill `benchmark report`, then let it end: the page is there and no half file is."""
    out, workspace = folder / "report", folder / "undisturbed"
    command = ["report", "--grid", grid, "--workspace", workspace, "--out", out]
    for _ in range(count):
        started = Started(*command)
        time.sleep(choose.uniform(0.5, 25))
        started.send(signal.SIGKILL)
        left = started.left_behind()
        started.wait(30)
        yield Outcome("SIGKILL of report", FAULT if left else ACCEPTED, str(left))
    status, output = Started(*command).wait()
    whole = status == 0 and (out / "report.html").read_text().rstrip().endswith("</html>")
    yield Outcome("report finished afterwards", ACCEPTED if whole else FAULT, output[-500:])
