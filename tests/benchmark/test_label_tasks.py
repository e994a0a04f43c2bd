"""Grids of several classes, grades and findings, run to their report: frozen and fine-tuned on a phantom."""

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import yaml

import benchmark as bm
from benchmark.cli.run import show_comparison, show_status
from benchmark.store.workspace import Workspace
from benchmark.tracking.artifacts import cell_figures
from benchmark.tracking.fields import cell_metrics
from results.metric_lookup import default_primary
from results.task_metrics import metrics_of

NETWORK = {"name": "test_efficientnet", "weights": "random"}
TASKS = ("multiclass", "ordinal", "multilabel")


def content_of(task: str) -> dict[str, object]:
    return {
        "name": task,
        "dataset": {
            "kind": "phantom",
            "patients": 150,
            "long_side": 48,
            "difficulty": 0.0,
            "task": task,
            "protocol": "patient",
        },
        "image": {"size": 32},
        "seeds": [0, 1],
        "feature_extraction": {"backbones": [NETWORK], "classifiers": ["logistic_regression", "majority"]},
        "fine_tuning": {"backbones": [NETWORK], "recipe": {"epochs": 1, "folds_below": 0}},
        "evaluation": {"resamples": 100},
    }


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One workspace for all tasks, which share the drawn images, the pixels and the embedding."""
    return Workspace(tmp_path_factory.mktemp("tasks") / "runs")


@pytest.fixture(scope="module", params=TASKS)
def ran(request: pytest.FixtureRequest, workspace: Workspace) -> bm.Results:
    grid = workspace.folder.parent / f"{request.param}.yaml"
    grid.write_text(yaml.safe_dump(content_of(request.param)))
    return bm.run(grid, workspace, jobs=1, track=False)


def task_of(results: bm.Results) -> str:
    return results.answers.cells.task.kind


def test_every_cell_has_a_probability_per_class_and_the_metrics_of_its_task(ran: bm.Results) -> None:
    assert ran.failed == ()
    assert len(ran.cells) == 6
    for record in ran.cells:
        task = record.label_task
        assert metrics_of(task.kind).keys() <= record.metrics["study"].keys()
        table = ran.answers.cells.records.read_predictions(record)
        wanted = [*task.label_columns, *task.probability_columns]
        assert table.columns.tolist() == ["image", "study", "patient", "body_part", *wanted]
        probabilities = task.probabilities(table)
        assert ((probabilities >= 0) & (probabilities <= 1)).all()
        if task.kind != "multilabel":
            assert np.allclose(probabilities.sum(axis=1), 1)
        assert record.class_counts[task.classes[-1]]["train_patients"] > 0
        assert json.loads(json.dumps(record.to_json()))["task"] == task.kind


def test_the_verdict_is_on_the_primary_metric_of_the_task(ran: bm.Results, workspace: Workspace) -> None:
    evaluation = ran.answers.cells.evaluation
    assert evaluation.primary == default_primary(task_of(ran))
    (row,) = ran.compare().to_dict("records")
    assert row["comparison"] == "fine-tuned − frozen"
    assert row["seeds"] == 2
    assert set(ran.compare_classes()["class"]) <= set(ran.cells[0].classes)
    with redirect_stdout(StringIO()) as printed:
        show_comparison(task_of(ran), workspace, as_json=False)
        show_status(workspace.folder.parent / f"{task_of(ran)}.yaml", workspace, as_json=False)
    assert f"AUROC of each {ran.answers.cells.task.word}" in " ".join(printed.getvalue().split())


def test_a_run_again_computes_nothing(ran: bm.Results, workspace: Workspace) -> None:
    assert ran.plan is not None
    again = bm.plan(ran.plan.grid, workspace)
    assert again.todo == []


def test_mlflow_is_given_the_metrics_of_each_class(ran: bm.Results) -> None:
    record = next(record for record in ran.cells if record.history)
    found = cell_metrics(record, f"study/{default_primary(record.task)}")
    assert f"study/{default_primary(record.task)}" in found
    assert any(name.startswith("class ") and name.endswith("study/auroc") for name in found)
    assert any(name.startswith("thresholds/") for name in found)
    assert set(cell_figures(record, ran.answers.cells.records, "study")) == {"training_curves.png"}


def test_a_report_shows_each_class_and_says_what_is_left_out(ran: bm.Results, tmp_path: Path) -> None:
    report = bm.report(ran, tmp_path, jobs=1)
    made = {table.name for table in report.tables if table.files} | {
        f.name for f in report.figures if f.files
    }
    assert {"main", "classes"} <= made
    assert ("confusion_matrices" in made) == (task_of(ran) != "multilabel")
    assert any(name.startswith("roc_all_") for name in made)
    why = {figure.name: figure.reason for figure in report.figures if figure.reason}
    assert "it shows two classes" in why["decision_curve_all"]
    reasons = {table.name: table.reason for table in report.tables if table.reason}
    assert reasons["tests"] == reasons["worklist"] == "it is of two classes, and the labels have several"
    assert report.checklists == []
    page = (tmp_path / "report.html").read_text()
    assert "Not in this report, since these are of two classes" in page
    assert ran.answers.cells.task.words.capitalize() in page
