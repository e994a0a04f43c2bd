"""A planted grid: two body parts, two networks both ways, three sizes, two seeds."""

from pathlib import Path

from benchmark.analysis.answers import Answers, answers_of
from benchmark.analysis.finished import current_records
from benchmark.analysis.planned import planned_comparisons
from benchmark.execution.executors import Share
from benchmark.execution.plan import Plan
from benchmark.grid.schema import Grid
from benchmark.reporting.write import Report, write_report
from benchmark.store.record import Finished
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


def answers_from(plan: Plan, records: Records) -> Answers:
    found = [record for record in current_records(plan, records) if isinstance(record, Finished)]
    planned = planned_comparisons(planned.cell for planned in plan.cells)
    return answers_of(plan.grid.evaluation, records, found, ALONE, planned)


def write_planted(plan: Plan, records: Records, folder: Path, share: Share, text: str) -> Report:
    """The report of a planted grid."""
    return write_report(plan, answers_from(plan, records), folder, share, text)
