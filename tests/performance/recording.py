"""What MLflow costs: a run of 500 small cells with it and without it, on all cores."""

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

import yaml
from rich.console import Console

from benchmark.cli import run
from benchmark.store.workspace import Workspace

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


class Silent:
    """A run's log that writes nothing to MLflow."""

    def __init__(self, *_):
        pass

    def open(self):
        pass

    epoch = cell = close = lambda self, *_: None


def seconds_of(grid, workspace):
    began = perf_counter()
    with redirect_stdout(StringIO()):
        run.run_grid(grid, Workspace(workspace), jobs=None, device="cpu", skip_unreadable=False)
    return perf_counter() - began


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        folder = Path(name)
        grid = folder / "recording.yaml"
        grid.write_text(yaml.safe_dump(GRID))
        with patch.object(run, "_Log", Silent):
            silent = seconds_of(grid, folder / "silent")
        logged = seconds_of(grid, folder / "logged")
        again = seconds_of(grid, folder / "logged")
    Console(width=110).print(
        f"500 cells: {silent:.0f} s without MLflow, {logged:.0f} s with it: {logged / silent - 1:+.1%} (aim below 5%); "
        f"the finished grid again in {again:.1f} s"
    )
