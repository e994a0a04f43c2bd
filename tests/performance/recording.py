"""What records and MLflow cost: the share of a run of 500 small cells that is spent on writing them."""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import yaml
from rich.console import Console

from benchmark.main_job import run_grid
from benchmark.records import Records
from benchmark.tracking import Tracker
from benchmark.workspace import Workspace

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


def timed(owner, name, spent):
    """Count the seconds that a method takes."""
    plain = getattr(owner, name)

    def wrapper(*arguments, **options):
        began = perf_counter()
        try:
            return plain(*arguments, **options)
        finally:
            spent[name] = spent.get(name, 0.0) + perf_counter() - began

    setattr(owner, name, wrapper)


if __name__ == "__main__":
    spent: dict[str, float] = {}
    timed(Records, "write", spent)
    for method in ("__init__", "log_cell", "log_curves"):
        timed(Tracker, method, spent)
    with TemporaryDirectory() as folder:
        grid = Path(folder) / "recording.yaml"
        grid.write_text(yaml.safe_dump(GRID))
        began = perf_counter()
        run_grid(grid, Workspace(Path(folder) / "runs"), jobs=1, device="cpu", skip_unreadable=False)
        whole = perf_counter() - began
        began = perf_counter()
        run_grid(grid, Workspace(Path(folder) / "runs"), jobs=1, device="cpu", skip_unreadable=False)
        again = perf_counter() - began
    console = Console(width=110)
    for name, seconds in spent.items():
        console.print(f"{name}: {seconds:.2f} s, {seconds / whole:.1%} of the run")
    console.print(
        f"500 cells in {whole:.0f} s with one job; records and MLflow {sum(spent.values()) / whole:.1%}; "
        f"the finished grid again in {again:.1f} s"
    )
