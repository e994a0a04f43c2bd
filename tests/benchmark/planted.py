"""A planted grid: two body parts, two networks both ways, three sizes, two seeds."""

from pathlib import Path

from benchmark.analysis.resampled_cells import Study, read_study
from benchmark.execution.executors import Share
from benchmark.execution.plan import Plan
from benchmark.grid.schema import Grid
from benchmark.store.records import Records
from tests.planted_study import planted_manifest, planted_study

ALONE = Share(1, 1)
NETWORKS = [{"name": name, "weights": "random", "label": name} for name in ("resnet18", "resnet34")]


def grid_of(**changes: object) -> Grid:
    content: dict[str, object] = {
        "name": "planted",
        "dataset": {"kind": "mura", "root": "planted"},
        "body_parts": ["all", "elbow", "wrist"],
        "train_sizes": [50, 400, "full"],
        "seeds": [0, 1],
        "feature_extraction": {"backbones": NETWORKS, "classifiers": ["logistic_regression", "majority"]},
        "fine_tuning": {"backbones": NETWORKS},
        "hand_crafted": {"descriptors": ["edges"], "classifiers": ["logistic_regression"]},
        "evaluation": {"resamples": 200},
    }
    return Grid.model_validate({k: v for k, v in (content | changes).items() if v is not None})


def planted(folder: Path, grid: Grid, **how: object) -> tuple[Plan, Records]:
    return planted_study(folder, grid, planted_manifest(["elbow", "wrist"], 400, 150), **how)  # type: ignore[arg-type]


def study_of(plan: Plan, records: Records) -> Study:
    found = [records.read(p.cell.id) for p in plan.cells if p.status == "done"]
    return read_study(plan.grid.evaluation, records, [r for r in found if r], ALONE)
