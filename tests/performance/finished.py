"""How long a grid that is finished takes again: 2,304 cells are computed once, then `run`, `plan` and `status`.

python tests/performance/finished.py [--folder DIR]

A run that was stopped goes on in DIR. The cells are small, since a finished cell's time does not depend on its
images. The seconds of the processor (`cpu`) move less than the wall clock's where other work runs on the machine.
"""

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import yaml
from rich.console import Console

GRID = {
    "name": "finished",
    "dataset": {"kind": "phantom", "patients": 400, "long_side": 64},
    "body_parts": ["all", "hand", "wrist", "shoulder"],
    "train_sizes": [40, "full"],
    "seeds": list(range(24)),
    "image": {"size": 64},
    "evaluation": {"resamples": 100},
    "hand_crafted": {
        "descriptors": ["edges", "hog", "glcm"],
        "classifiers": ["logistic_regression", "linear_svm", "knn", "majority"],
    },
}


def used(folder: Path, command: str) -> tuple[float, float]:
    """The seconds by the clock and of the processor of one command."""
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, "-m", "benchmark", command, "--grid", "grid.yaml", "--workspace", "runs"]
    subprocess.run(words, check=True, capture_output=True, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return perf_counter() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(folder: Path, console: Console) -> None:
    """Compute the grid, then print what each command takes on it; the second run is the first that finds all done."""
    (folder / "grid.yaml").write_text(yaml.safe_dump(GRID))
    for command in ("run", "run", "run", "plan", "status"):
        wall, cpu = used(folder, command)
        console.print(f"{command:7} {wall:6.1f} s, cpu {cpu:6.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    kept = parser.parse_args().folder
    with TemporaryDirectory() as name:
        main(kept or Path(name), Console(width=110))
