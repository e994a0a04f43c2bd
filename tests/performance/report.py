"""How long a report takes: 2,304 cells with 1,199 test studies each, on the cores that it is given.

The resampled values are kept beside the cells before the clock starts, as a run leaves them.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import yaml
from rich.console import Console

from benchmark.analysis.answers import answers_of
from benchmark.analysis.finished import read_records
from benchmark.analysis.resampled_cells import read_resampled_cells
from benchmark.execution.executors import available_cores, share_cores
from benchmark.grid.schema import Grid
from benchmark.reporting.write import PAGE, write_report
from benchmark.store.record import Finished
from tests.performance.recording import processors
from tests.planted_study import planted_manifest, planted_study

PARTS = ["elbow", "finger", "forearm", "hand", "humerus", "shoulder", "wrist", "knee"]
GRID = {
    "name": "report",
    "dataset": {"kind": "mura", "root": "planted"},
    "body_parts": PARTS,
    "train_sizes": [100, 1000, 2000, "full"],
    "seeds": [0, 1, 2],
    "feature_extraction": {
        "backbones": [
            {"name": name, "weights": "random", "label": name}
            for name in ("resnet50", "densenet169", "vgg19")
        ],
        "classifiers": ["logistic_regression", "linear_svm", "rbf_svm", "xgboost", "majority"],
    },
    "fine_tuning": {
        "backbones": [
            {"name": name, "weights": "random", "label": name}
            for name in ("resnet50", "densenet169", "vgg19")
        ]
    },
    "hand_crafted": {
        "descriptors": ["edges", "hog", "combined"],
        "classifiers": ["logistic_regression", "xgboost"],
    },
}

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--keep", type=Path, help="folder for the records, made once, and the report")
    keep = arguments.parse_args().keep
    with TemporaryDirectory() as name:
        folder = keep or Path(name)
        plan, records = planted_study(
            folder, Grid.model_validate(GRID), planted_manifest(PARTS, 2500, 1199), jobs=available_cores()
        )
        share = share_cores(None)
        finished = [record for record in read_records(plan, records) if isinstance(record, Finished)]
        read_resampled_cells(plan.grid.evaluation, records, finished, share)
        began, before = perf_counter(), processors()
        finished = [record for record in read_records(plan, records) if isinstance(record, Finished)]
        answers = answers_of(plan.grid.evaluation, records, finished, share)
        report = write_report(plan, answers, folder / "paper", share, yaml.safe_dump(GRID))
        seconds, cpu = perf_counter() - began, processors() - before
        page = (folder / "paper" / PAGE).stat().st_size
    Console(width=110).print(
        f"{len(plan.cells):,} cells, 1,199 test studies each, {len(report.figures)} figures, {available_cores()} cores: "
        f"{seconds:.0f} s, cpu {cpu:.0f} s (aim below 60 s); the page {page / 1e6:.1f} MB (aim below 10)"
    )
