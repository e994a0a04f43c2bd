"""What MLflow costs: a run of 500 small cells with it and without it, on all cores, in turns.

The seconds of the processors (`cpu`, of this process and its workers) move less than the wall clock's where other
work runs on the machine. `--planted` computes no cell: only what MLflow itself takes, of 500 planted records.
"""

import argparse
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import mlflow
import yaml
from rich.console import Console

from benchmark import api
from benchmark.analysis.answers import answers_of
from benchmark.execution.executors import share_cores
from benchmark.grid.schema import Grid
from benchmark.store.record import Finished
from benchmark.store.workspace import Workspace
from benchmark.tracking.session import Session
from tests.planted_study import planted_manifest, planted_study

GRID = {
    "name": "recording",
    "dataset": {"kind": "phantom", "patients": 400, "long_side": 64},
    "train_sizes": [60, 80, 100, 120, 140],
    "seeds": list(range(10)),
    "image": {"size": 64},
    "hand_crafted": {
        "descriptors": ["edges", "glcm"],
        "classifiers": ["logistic_regression", "linear_svm", "rbf_svm", "xgboost", "majority"],
    },
}
AIM = 0.05


@dataclass
class Used:
    """Seconds of the wall clock and of the processors."""

    wall: float
    cpu: float


def processors() -> float:
    """The processors' seconds of this process and of its children that have ended."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def used(call: Callable[[], object]) -> Used:
    """What a call uses, with its worker processes, which are ended."""
    from joblib.externals.loky import get_reusable_executor

    began, before = perf_counter(), processors()
    call()
    wall = perf_counter() - began
    get_reusable_executor().shutdown(wait=True)
    return Used(wall, processors() - before)


def run(grid: Path, folder: Path, track: bool) -> Used:
    """A run of the grid in this workspace."""
    return used(lambda: api.run(grid, Workspace(folder), device="cpu", track=track))


def planted(folder: Path) -> list[tuple[str, Used]]:
    """What each step of logging 500 planted records uses."""
    grid = Grid.model_validate(
        GRID | {"dataset": {"kind": "mura", "root": "planted"}, "body_parts": ["hand"]}
    )
    plan, records = planted_study(folder, grid, planted_manifest(["hand"], 400, 100))
    known = [record for record in records.all() if isinstance(record, Finished)]
    answers = answers_of(grid.evaluation, records, known, share_cores(1))
    assert answers.points
    assert answers.head_to_head is not None  # computed here, not while it is logged
    session = Session(Workspace(folder), plan, records)
    steps: dict[str, Callable[[], object]] = {
        "open the store": session.begin,
        f"log {len(known)} cells": lambda: [session.log_cell(record) for record in known],
        "log curves and what is missing": lambda: session.close(known, answers),
    }
    return [(name, used(step)) for name, step in steps.items()]


def ratio(with_it: list[Used], without: list[Used], kind: str) -> float:
    """The share that MLflow adds, of the fastest round each."""
    return float(min(getattr(one, kind) for one in with_it) / min(getattr(one, kind) for one in without) - 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=10, help="50 cells each")
    parser.add_argument("--planted", action="store_true")
    arguments = parser.parse_args()
    console = Console(width=120)
    if arguments.planted:
        with TemporaryDirectory() as name:
            for step, taken in planted(Path(name)):
                console.print(f"{step:32} {taken.wall:5.1f} s, cpu {taken.cpu:5.1f} s")
        raise SystemExit
    with_it, without = [], []
    with TemporaryDirectory() as name:
        folder = Path(name)
        grid = folder / "recording.yaml"
        grid.write_text(yaml.safe_dump(GRID | {"seeds": list(range(arguments.seeds))}))
        run(grid, folder / "warm", track=False)  # imports, and the phantom is drawn and decoded
        for number in range(arguments.rounds):
            for track, kept in ((False, without), (True, with_it)):
                place = folder / f"{number}-{track}"
                place.mkdir()
                (place / ".cache").symlink_to(folder / "warm" / ".cache")
                kept.append(run(grid, place, track))
                console.print(
                    f"{'with' if track else 'without':8} MLflow: {kept[-1].wall:5.1f} s, cpu {kept[-1].cpu:5.1f} s"
                )
        again = run(grid, place, track=True)
    console.print(
        f"{50 * arguments.seeds} cells, MLflow {mlflow.__version__}: wall {ratio(with_it, without, 'wall'):+.1%}, "
        f"cpu {ratio(with_it, without, 'cpu'):+.1%} (aim below {AIM:.0%}); the finished grid again in {again.wall:.1f} s"
    )
