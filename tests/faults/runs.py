"""A small grid with every kind of work in it, its undisturbed result, and how another run differs from it."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import yaml

from benchmark.datasets.phantom.draw import draw_phantom
from tests.faults.command import Started

NAME = "small"


def write_grid(folder: Path, **changes: object) -> Path:
    """Pixels, descriptors, embeddings, three classifiers and a fine-tuning, in a few seconds each."""
    root = folder / "phantom"
    if not root.exists():
        draw_phantom(root, patients=40, difficulty=0.0, seed=3, long_side=48)
    content: dict[str, object] = {
        "name": NAME,
        "dataset": {"kind": "mura", "root": str(root)},
        "train_sizes": [40, "full"],
        "seeds": [0, 1],
        "image": {"size": 32},
        "feature_extraction": {"backbones": ["bundled"], "classifiers": ["logistic_regression", "rbf_svm"]},
        "hand_crafted": {"descriptors": ["glcm"], "classifiers": ["logistic_regression", "xgboost"]},
        "fine_tuning": {
            "backbones": ["bundled"],
            "recipe": {
                "preset": "default",
                "epochs": 1,
                "learning_rate": 0.001,
                "min_updates": 0,
                "folds": 2,
            },
        },
        "evaluation": {"resamples": 100},
    }
    path = folder / f"{len(list(folder.glob('*.yaml')))}.yaml"
    path.write_text(yaml.safe_dump(content | changes, sort_keys=False))
    return path


def arguments(grid: Path, workspace: Path, command: str = "run") -> list[object]:
    device = ["--jobs", 2, "--device", "cpu"] if command == "run" else []
    return [command, "--grid", grid, "--workspace", workspace, *device]


def predictions_of(workspace: Path, name: str = NAME) -> dict[str, str]:
    """The sha256 of each finished cell's predictions."""
    return {
        path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((workspace / name).glob("*/predictions.parquet"))
    }


def differences(workspace: Path, wanted: dict[str, str], name: str = NAME) -> list[str]:
    """What is not as it is after an undisturbed run; empty when all is."""
    found, wrong = predictions_of(workspace, name), []
    if missing := wanted.keys() - found.keys():
        wrong.append(f"{len(missing)} cells missing")
    if other := [cell for cell in wanted.keys() & found.keys() if wanted[cell] != found[cell]]:
        wrong.append(f"{len(other)} cells with other predictions")
    stray = [
        str(path.relative_to(workspace))
        for path in workspace.rglob("*")
        if path.is_file() and (".tmp" in path.name or path.name.endswith(".part"))
    ]
    if stray:
        wrong.append(f"half files left: {', '.join(stray[:3])}")
    for record in (workspace / name).glob("*/result.json"):
        content = json.loads(record.read_text())
        if content.get("status") != "ok":
            wrong.append(f"{record.parent.name}: {content.get('status')}")
    return [*wrong, *database_differences(workspace, wanted)]


def database_differences(workspace: Path, wanted: dict[str, str]) -> list[str]:
    """Whether MLflow's database is whole and holds every cell once."""
    database = workspace / "mlflow.db"
    if not database.exists():
        return ["no mlflow.db"]
    with closing(sqlite3.connect(database)) as store:
        if (check := store.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            return [f"mlflow.db: {check}"]
        cells = store.execute(
            "SELECT t.value, COUNT(*) FROM tags t JOIN runs r ON r.run_uuid = t.run_uuid "
            "WHERE t.key = 'cell' AND r.lifecycle_stage = 'active' AND r.status = 'FINISHED' GROUP BY t.value"
        ).fetchall()
    wrong = []
    if missing := wanted.keys() - {cell for cell, _ in cells}:
        wrong.append(f"{len(missing)} cells not in MLflow")
    if twice := [cell for cell, count in cells if count > 1]:
        wrong.append(f"{len(twice)} cells twice in MLflow")
    return wrong


def undisturbed(folder: Path, grid: Path) -> dict[str, str]:
    """Run the grid once and return its predictions' digests. Raises RuntimeError when that fails."""
    workspace = folder / "undisturbed"
    status, output = Started(*arguments(grid, workspace)).wait()
    wanted = predictions_of(workspace)
    if status or (wrong := differences(workspace, wanted)):
        raise RuntimeError(f"status {status}, {wrong if not status else output[-2000:]}")
    return wanted
