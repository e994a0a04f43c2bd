"""How long `benchmark plan` takes: by the number of cells on a phantom that is not drawn, and at MURA's size.

python tests/performance/planning.py [--rounds 3]

MURA's size is 40,005 files of MURA's names, of a few bytes, since a plan reads no pixels. The seconds of a process
are those of its own cores too (`cpu`), which other work on the machine does not change.
"""

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console

from benchmark.datasets.phantom.draw import write_tables
from benchmark.datasets.phantom.like_mura import studies_like_mura

SEEDS = (1, 250, 5_000)  # x 20 cells; the last as many as a grid may have
GRID = """\
name: planned
dataset: {{kind: phantom}}
body_parts: [all, elbow, wrist, hand, shoulder]
train_sizes: [50, full]
seeds: [{seeds}]
hand_crafted: {{descriptors: [edges], classifiers: [logistic_regression, linear_svm]}}
"""
MURA = """\
name: mura
dataset: {kind: mura, root: MURA-v1.1}
body_parts: [all, elbow, finger, forearm, hand, humerus, shoulder, wrist]
train_sizes: [100, 500, 1000, full]
seeds: [0, 1, 2, 3, 4, 5]
feature_extraction:
  backbones: [{name: resnet50, weights: random}, {name: densenet169, weights: random}]
  classifiers: [logistic_regression, linear_svm, rbf_svm, xgboost]
fine_tuning: {backbones: [{name: resnet50, weights: random}, {name: densenet169, weights: random}]}
hand_crafted:
  descriptors: [edges, hog, lbp, combined]
  classifiers: [logistic_regression, linear_svm, rbf_svm, xgboost]
"""


def planned(grid: Path) -> tuple[float, float]:
    """The seconds of a grid's plan and those of the processor."""
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "benchmark", "plan", "--grid", grid.name, "--workspace", "runs"]
    subprocess.run(command, check=True, capture_output=True, cwd=grid.parent)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return perf_counter() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def files_like_mura(folder: Path) -> Path:
    """A tree with MURA's names and lists, and files without pixels."""
    studies = studies_like_mura(seed=0, difficulty=0.5)
    for study in studies:
        (folder / study.folder).mkdir(parents=True)
        for number in range(1, len(study.views) + 1):
            name = f"{study.folder}/image{number}.png"
            (folder / name).write_text(name)
    write_tables(folder, studies, [])
    return folder


def main(rounds: int, console: Console) -> None:
    """Print both tables; the first round of MURA is without anything noted in the workspace."""
    with TemporaryDirectory() as place:
        for count in SEEDS:
            grid = Path(place) / f"{count}.yaml"
            grid.write_text(GRID.format(seeds=", ".join(map(str, range(count)))))
            wall, processor = planned(grid)
            console.print(f"{20 * count:7,} cells: {wall:5.1f} s, cpu {processor:5.1f} s")
        files_like_mura(Path(place) / "MURA-v1.1")
        grid = Path(place) / "mura.yaml"
        grid.write_text(MURA)
        for number in range(rounds + 1):
            wall, processor = planned(grid)
            console.print(
                f"MURA's size, {'warm' if number else 'first'}: {wall:5.1f} s, cpu {processor:5.1f} s (aim 2)"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="warm plans at MURA's size")
    main(parser.parse_args().rounds, Console(width=110))
