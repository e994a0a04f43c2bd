"""What a cluster costs: measured on this machine, and a large study on paper.

python -m tests.performance.scaling [--only overhead|network|paper]
"""

import argparse
import pickle
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from tests.performance.cluster_simulation import Outcome, simulate
from tests.performance.cluster_study import Costs, Design, Study, cluster_of, stages

MURA = 40_005  # images
GRID = {
    "name": "scaling",
    "body_parts": ["all", "elbow"],
    "train_sizes": [40, "full"],
    "seeds": [0],
    "image": {"size": 32},
    "hand_crafted": {"descriptors": ["edges"], "classifiers": ["logistic_regression", "linear_svm"]},
}
# of the study on paper; per task and per cell as measured below and by tracking_server.py
BANDWIDTH = 5e9  # bytes/s of a parallel file system; by hand
SLOW = 1e9  # bytes/s of an NFS server behind 10 Gbit/s; by hand
PER_TASK = 0.010
CELLS_PER_SECOND = 50.0
GPUS = (1, 8, 64, 512)
STEPS = (
    ("the driver decodes and embeds", Design()),
    ("+ embedding in shards", Design(shards=True)),
    ("+ pixels kept by each machine", Design(shards=True, cached=True)),
    ("+ longest fine-tuning first", Design(shards=True, cached=True, longest_first=True)),
    ("+ both strategies at once", Design(shards=True, cached=True, longest_first=True, at_once=True)),
    ("+ decoding in shards", Design(True, True, True, True, cached=True)),
    ("+ each classifier a task", Design(True, True, True, True, True, True)),
)
BUILT, BEST = 1, 5  # the program as it is; all that helps
console = Console(width=110)


def wait(seconds: float, shared: None) -> None:
    """A task that takes so long."""
    time.sleep(seconds)


def overhead() -> None:
    """The seconds that a task takes more than its own, and how busy driver and scheduler are meanwhile."""
    from benchmark.execution.cluster.opened import ExecutorSettings, executor_of
    from benchmark.execution.executors import Share

    for workers in (1, 2, 4):
        with executor_of(ExecutorSettings("dask", workers=workers), Share(workers, 1), "cpu") as executor:
            list(executor.map(wait, [0.0] * 20 * workers, None, gpu=False))  # all workers have started
            for seconds, tasks in ((0.0, 200), (0.1, 20 * workers)):
                began, before = time.perf_counter(), own_seconds()
                assert len(list(executor.map(wait, [seconds] * tasks, None, gpu=False))) == tasks
                elapsed, busy = time.perf_counter() - began, own_seconds() - before
                more = (elapsed - tasks * seconds / workers) / tasks
                console.print(
                    f"{workers} workers, {tasks} tasks of {1000 * seconds:.0f} ms: {1000 * more:.1f} ms more per"
                    f" task; driver and scheduler use {1000 * busy / tasks:.1f} ms of a core for a task and are"
                    f" idle {1 - busy / elapsed:.0%}; load {psutil.getloadavg()[0]:.0f} on {psutil.cpu_count()} cores"
                )


def own_seconds() -> float:
    """Processor seconds of this process: the driver, and in a thread the scheduler."""
    used = psutil.Process().cpu_times()
    return used.user + used.system


class Counting:
    """An executor that computes in this process and keeps the sizes of what a cluster would be sent."""

    def __init__(self) -> None:
        self.shared, self.items, self.results = [], [], []

    def threads(self, *, gpu: bool) -> int:
        return 1

    def in_this_process(self, *, gpu: bool) -> bool:
        return False

    def workers(self) -> int:
        return 1

    def sees_workspace(self, job: Any) -> bool:
        return False  # then `map` gets batches alone

    def map(self, function: Any, items: Any, shared: Any, *, gpu: bool) -> Iterator[Any]:
        import cloudpickle

        from benchmark.execution.identity import identity

        self.shared.append(len(cloudpickle.dumps(shared)))
        for item in items:
            self.items.append(len(pickle.dumps((function, item, identity()))))
            result = function(item, shared)
            self.results.append(len(pickle.dumps(result)))
            yield result


def network() -> None:
    """The bytes of a batch, of its result and of what a worker gets once, by the images of the data set."""
    from benchmark.execution.open_plan import open_plan
    from benchmark.execution.run import run_plan
    from benchmark.execution.run_settings import RunSettings
    from benchmark.grid.schema import Grid
    from benchmark.store.workspace import Workspace

    found = []
    with TemporaryDirectory() as name:
        for patients in (150, 600):
            grid = Grid.model_validate(
                GRID | {"dataset": {"kind": "phantom", "patients": patients, "long_side": 32}}
            )
            place = Workspace(Path(name) / str(patients))
            plan, records = open_plan(grid, place, read_images=True)
            counting = Counting()
            cells = list(run_plan(plan, records, RunSettings(place.cache, counting), lambda *_: None))
            files = [path for cell, _ in cells for path in records.cell_folder(cell).iterdir()]
            of_cell = sum(path.stat().st_size for path in files) // len(cells)
            found.append((len(plan.manifest.images), len(cells), of_cell, counting))
    table = Table(
        "images", "cells", "batches", "bytes per batch", "of its result", "once per worker", "files of a cell"
    )
    for images, cells, of_cell, counting in found:
        sizes = (max(counting.items), max(counting.results), max(counting.shared), of_cell)
        table.add_row(*(f"{n:,}" for n in (images, cells, len(counting.items), *sizes)))
    console.print(table)
    (few, _, _, first), (many, _, _, second) = found
    per_image = (second.shared[0] - first.shared[0]) / (many - few)
    whole = first.shared[0] + per_image * (MURA - few)
    console.print(
        f"per image {per_image:.0f} bytes once per worker; of MURA's {MURA:,} images {whole / 1e6:.1f} MB"
    )


def paper() -> None:
    """The study on paper."""
    study, costs = Study(), Costs()
    console.print(study, costs)
    rows = [
        (f"{gpus} GPUs: {title}", gpus, design, BANDWIDTH)
        for gpus in GPUS
        for title, design in (STEPS[BUILT], STEPS[BUILT + 1], STEPS[BEST])
    ]
    print_table(rows, study, costs)
    rows = [(title, GPUS[-1], design, BANDWIDTH) for title, design in STEPS]
    slow = [(f"{STEPS[n][0]}, at 1 GB/s", GPUS[-1], STEPS[n][1], SLOW) for n in (BUILT, BEST)]
    print_table([*rows, *slow], study, costs)


def print_table(rows: list[tuple[str, int, Design, float]], study: Study, costs: Costs) -> None:
    """A row per design, number of GPUs and bandwidth."""
    names = ("", "days", "longest task, h", "GPUs busy", "cores busy", "disk at limit", "scheduler", "MLflow")
    table = Table(*names)
    for title, gpus, design, bandwidth in rows:
        table.add_row(title, *row(outcome(gpus, design, study, costs, bandwidth), gpus, costs))
    console.print(table)


def outcome(gpus: int, design: Design, study: Study, costs: Costs, bandwidth: float) -> Outcome:
    """The study with this design on so many GPUs."""
    limits = {"bandwidth": bandwidth, "per_task": PER_TASK, "cells_per_second": CELLS_PER_SECOND}
    return simulate(stages(study, costs, design), cluster_of(gpus, costs, **limits))


def row(found: Outcome, gpus: int, costs: Costs) -> list[str]:
    """Days, and the shares of that time in which each part is busy."""
    on_gpus = found.work.get("gpu", 0) / gpus
    on_cores = found.work.get("cpu", 0) / (gpus * (costs.cores - 1))
    shares = (on_gpus, on_cores, found.at_limit, found.scheduler, found.writer)
    hours = f"{found.longest / 3600:.1f}"
    return [f"{found.seconds / 86400:.2f}", hours, *(f"{share / found.seconds:.1%}" for share in shares)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["overhead", "network", "paper"])
    only = parser.parse_args().only
    for part in (overhead, network, paper):
        if only in (None, part.__name__):
            part()
