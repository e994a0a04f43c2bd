"""How long `benchmark plan` takes by the number of cells, on a phantom that is not drawn.

The seconds of a process are those of its own cores too (`cpu`), which other work on the machine does not change.
"""

import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console

SEEDS = (1, 250, 5_000)  # x 20 cells; the last as many as a grid may have
GRID = """\
name: planned
dataset: {{kind: phantom}}
body_parts: [all, elbow, wrist, hand, shoulder]
train_sizes: [50, full]
seeds: [{seeds}]
hand_crafted: {{descriptors: [edges], classifiers: [logistic_regression, linear_svm]}}
"""


def planned(folder: Path, seeds: int) -> tuple[int, float, float]:
    """The cells of a grid with so many seeds, the seconds of its plan and those of the processor."""
    grid = folder / f"{seeds}.yaml"
    grid.write_text(GRID.format(seeds=", ".join(map(str, range(seeds)))))
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        sys.executable,
        "-m",
        "benchmark",
        "plan",
        "--grid",
        str(grid),
        "--workspace",
        str(folder / "runs"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 20 * seeds, perf_counter() - began, used


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        for count in SEEDS:
            cells, wall, processor = planned(Path(place), count)
            Console(width=110).print(f"{cells:7,} cells: {wall:5.1f} s, cpu {processor:5.1f} s")
