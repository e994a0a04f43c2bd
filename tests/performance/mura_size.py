"""The whole classical grid of one network and of edges at MURA's size: what `plan` says, and what `run` takes.

python -m tests.performance.mura_size --folder DIR

Images that `benchmark data phantom DIR --like-mura` has drawn are taken from DIR; a run that was stopped goes on.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import psutil
import yaml
from rich.console import Console

from benchmark import api
from benchmark.cli.terminal import frame_table
from benchmark.datasets.phantom.like_mura import draw_like_mura
from benchmark.datasets.verification import MURA
from benchmark.execution.executors import available_cores
from benchmark.execution.planned_embeddings import plan_embeddings
from benchmark.store.workspace import Workspace

PARTS = ["all", *dict.fromkeys(part for part, _ in MURA)]
GRID = {
    "name": "mura_size",
    "body_parts": PARTS,
    "train_sizes": [100, 3000, 10000, "full"],
    "seeds": [0],
    "feature_extraction": {
        "backbones": [{"name": "tf_efficientnet_lite0", "weights": "installed"}],
        "classifiers": ["logistic_regression", "linear_svm", "rbf_svm", "xgboost"],
    },
    "hand_crafted": {
        "descriptors": ["edges"],
        "classifiers": ["logistic_regression", "linear_svm", "rbf_svm", "xgboost"],
    },
}
SAMPLED = 5.0  # seconds between two looks at the memory


@dataclass(frozen=True)
class Used:
    """What a command took: wall seconds, processor seconds, and the largest memory of all its processes."""

    wall: float
    cpu: float
    gib: float


def watched(command: Sequence[str]) -> Used:
    """Run a command and look at its memory (proportional set size) and processor time until it ends."""
    began, most, cpu = time.perf_counter(), 0, {}
    started = subprocess.Popen(command)
    while started.poll() is None:
        total = 0
        for process in [psutil.Process(started.pid), *psutil.Process(started.pid).children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
                times = process.cpu_times()
                cpu[process.pid, process.create_time()] = times.user + times.system
            except psutil.Error:
                continue
        most = max(most, total)
        time.sleep(SAMPLED)
    assert started.returncode == 0, f"{command} ended with {started.returncode}"
    return Used(time.perf_counter() - began, sum(cpu.values()), most / 2**30)


def expected(grid: Path, workspace: Path) -> tuple[float, float]:
    """(seconds of the embeddings with all cores, seconds of the cells with all cores) by `benchmark plan`."""
    plan = api.plan(grid, workspace)
    found = Workspace(workspace)
    embeddings = plan_embeddings(plan, found.records(plan.grid.name), found.cache)
    return sum(one.seconds for one in embeddings), sum(cell.seconds for cell in plan.todo) / available_cores()


def size_of(folder: Path) -> float:
    """GiB of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**30


def cells_table(workspace: Path) -> pd.DataFrame:
    """Core seconds and cells by extractor, classifier and size, of what is recorded."""
    rows = [
        {
            "extractor": record["backbone"],
            "classifier": record["classifier"],
            "size": str(record["train_size"]),
            "seconds": sum(record["seconds"].values()),
        }
        for path in (workspace / "mura_size").glob("*/result.json")
        if (record := json.loads(path.read_text()))["status"] == "ok"
    ]
    grouped = pd.DataFrame(rows).groupby(["extractor", "classifier", "size"])["seconds"]
    return grouped.agg(cells="size", mean="mean", most="max").round(1).reset_index()


def main(folder: Path, console: Console) -> None:
    """Draw, plan, run, and print what each took."""
    draw_like_mura(folder, jobs=available_cores())
    grid, workspace = folder / "mura_size.yaml", folder / "runs"
    grid.write_text(
        yaml.safe_dump({**GRID, "dataset": {"kind": "mura", "root": str((folder / "MURA-v1.1").absolute())}})
    )
    embedding, fitting = expected(grid, workspace)
    own = [sys.executable, "-m", "benchmark"]
    options = ["--grid", str(grid), "--workspace", str(workspace)]
    run = watched([*own, "run", *options])
    again = watched([*own, "run", *options])
    plan = watched([*own, "plan", *options])
    console.print(frame_table(cells_table(workspace), "seconds of a core, by the records"))
    console.print(
        f"plan: {embedding / 60:.0f} min of embeddings and {fitting / 60:.0f} min of cells"
        f" = {(embedding + fitting) / 60:.0f} min; run: {run.wall / 60:.0f} min, {run.cpu / 60:.0f} min of a core,"
        f" {run.gib:.1f} GiB of memory; {(embedding + fitting) / run.wall:.2f} x\n"
        f"images {size_of(folder / 'MURA-v1.1'):.1f} GiB, workspace {size_of(workspace):.1f} GiB; the finished grid again"
        f" {again.wall:.1f} s; plan of it {plan.wall:.1f} s; {available_cores()} cores"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    main(parser.parse_args().folder, Console(width=120))
