"""A grid with every control runs, and its controls stay apart from its own answers."""

import pytest

from benchmark.main_job import Answers, open_plan, read_records, run_grid, show_plan, show_status
from benchmark.tracking import MlflowClient
from benchmark.workspace import Workspace
from results.names import CONTROL_NAMES

NETWORK = {"name": "test_efficientnet", "weights": "random", "label": "net"}


@pytest.fixture
def control_grid(write_grid):
    def write(**changes):
        content = {
            "body_parts": ["all", "hand"],
            "train_sizes": [40, "full"],
            "feature_extraction": {"backbones": [NETWORK], "classifiers": ["logistic_regression"]},
            "hand_crafted": {"descriptors": ["glcm"], "classifiers": ["logistic_regression"]},
            "exclude": [{"body_part": "hand", "strategy": "fine_tuning"}],
        }
        return write_grid(**content | changes)

    return write


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "runs")


def run(grid, workspace):
    return run_grid(grid, workspace, jobs=1, device="cpu", skip_unreadable=False)


def finished(grid, workspace):
    plan, records = open_plan(grid, workspace)
    return read_records(plan, records), plan, records


def test_all_controls_run_and_say_what_they_are(control_grid, workspace, capsys):
    tuning = {"backbones": [NETWORK], "recipe": {"epochs": 1}}
    grid = control_grid(controls=list(CONTROL_NAMES), fine_tuning=tuning)
    assert run(grid, workspace) == 0
    output = capsys.readouterr().out
    found, plan, records = finished(grid, workspace)
    assert not plan.todo
    of = {name: [record for record in found if record.get("control") == name] for name in CONTROL_NAMES}
    assert {name: len(cells) for name, cells in of.items()} == {
        "shuffled_labels": 3 + 2,
        "random_weights": 0,  # the grid has its only network like that
        "majority": 2 + 2,
        "body_part": 1,
        "leaky_split": 3 + 2,
    }
    for record in found:
        leaky = record.get("control") == "leaky_split"
        assert (record["protocol"], record["leaky"]) == (("image", True) if leaky else ("official", False))
        assert record["cost"]["seconds_total"] is not None
    strategies = {record["strategy"] for record in of["leaky_split"]}
    assert strategies == {"feature_extraction", "hand_crafted", "fine_tuning"}
    predicted = {name: records.read_predictions(of[name][0]["cell"]) for name in of if of[name]}
    own = records.read_predictions(found[0]["cell"])
    assert predicted["shuffled_labels"]["image"].tolist() == own["image"].tolist()
    assert predicted["shuffled_labels"]["label"].tolist() != own["label"].tolist()
    assert not predicted["leaky_split"]["image"].str.startswith("valid/").all()
    by_part = predicted["body_part"].groupby("body_part")["probability"]
    assert (by_part.nunique() == 1).all()
    assert predicted["body_part"]["probability"].nunique() > 1
    assert predicted["majority"]["probability"].nunique() == 1
    assert "controls, study auroc" in output
    assert "LEAKY" not in output, "the grid's own split does not leak"


def test_ordinary_answers_are_those_of_the_grid_without_controls(control_grid, workspace, tmp_path):
    plain, other = control_grid(), Workspace(tmp_path / "plain")
    run(plain, other)
    before, plan, records = finished(plain, other)
    alone = Answers.of(plan.grid, records, before)
    grid = control_grid(controls=list(CONTROL_NAMES))
    run(grid, workspace)
    found, plan, records = finished(grid, workspace)
    both = Answers.of(plan.grid, records, found)

    def values(points):
        return [(point["classifier"], point["backbone"], point["value"], point["low"]) for point in points]

    assert values(both.points) == values(alone.points)
    assert {point["control"] for point in both.controls} == {
        "shuffled_labels",
        "majority",
        "body_part",
        "leaky_split",
    }
    digests = [record["predictions_sha256"] for record in before]
    assert [record["predictions_sha256"] for record in found if not record.get("control")] == digests


def test_mlflow_holds_controls_as_runs_of_another_kind(control_grid, workspace):
    grid = control_grid(controls=["body_part", "shuffled_labels"], body_parts=["all"])
    run(grid, workspace)
    client = MlflowClient(tracking_uri=workspace.uri)
    experiment = client.get_experiment_by_name("small")

    def runs(filters):
        return client.search_runs([experiment.experiment_id], filters)

    curves, controls = runs("tags.kind = 'curve'"), runs("tags.kind = 'control'")
    assert len(curves) == 2
    assert sorted(run.data.params["control"] for run in controls) == ["body_part", *["shuffled_labels"] * 2]
    assert not any("control" in run.data.params for run in curves)
    cells = runs("tags.kind = 'cell' and params.control = 'shuffled_labels'")
    assert len(cells) == 2
    parents = {run.info.run_id: run for run in controls}
    for cell in cells:
        assert cell.data.tags["control"] == "shuffled_labels"
        parent = parents[cell.data.tags["mlflow.parentRunId"]]
        assert parent.data.params["control"] == "shuffled_labels"
        assert parent.data.params["backbone"] == cell.data.params["backbone"]
    for curve in curves:
        history = client.get_metric_history(curve.info.run_id, "answer/study auroc")
        assert len(history) == 2, "one value per training size, none of a control"


def test_plan_and_status_show_controls(control_grid, workspace, capsys):
    grid = control_grid(controls=["body_part", "leaky_split"])
    show_plan(grid, workspace, as_json=False)
    planned = capsys.readouterr().out
    assert "leaky_split" in planned
    assert "every image of 'hand' shows the same body part" in planned
    run(grid, workspace)
    capsys.readouterr()
    show_status(grid, workspace, as_json=False)
    assert "controls, study auroc" in capsys.readouterr().out
