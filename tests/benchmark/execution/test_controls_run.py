"""A grid with every control runs, and its controls stay apart from its own answers."""

import pytest
import yaml

from benchmark.analysis.finished import read_records
from benchmark.cli.plan import show_plan
from benchmark.cli.run import run_grid, show_status
from benchmark.store.workspace import Workspace
from benchmark.tracking.curve_pages import MlflowClient
from results.names import CONTROL_NAMES
from tests.benchmark.opened import open_plan
from tests.benchmark.planted import answers_from

NETWORK = {"name": "test_efficientnet", "weights": "random", "label": "net"}
CONTENT = {
    "name": "small",
    "train_sizes": [40, "full"],
    "image": {"size": 32},
    "feature_extraction": {"backbones": [NETWORK], "classifiers": ["logistic_regression"]},
    "hand_crafted": {"descriptors": ["glcm"], "classifiers": ["logistic_regression"]},
    "fine_tuning": {"backbones": [NETWORK], "recipe": {"epochs": 1}},
    "exclude": [{"strategy": "fine_tuning", "train_size": 40}],
    "evaluation": {"resamples": 100},
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory, phantom, store_in):
    """Runs a grid with these controls in a workspace of its own; gives the grid's file and the workspace."""

    def run(*controls):
        folder = tmp_path_factory.mktemp("controls")
        content = {**CONTENT, "dataset": {"kind": "mura", "root": str(phantom)}, "controls": list(controls)}
        grid, workspace = folder / "grid.yaml", Workspace(store_in(folder / "runs"))
        grid.write_text(yaml.safe_dump(content))
        assert run_grid(grid, workspace, jobs=1, device="cpu", skip_unreadable=False) == 0
        return grid, workspace

    return run


@pytest.fixture(scope="module")
def every(ran):
    return ran(*CONTROL_NAMES)


def finished(grid, workspace):
    plan, records = open_plan(grid, workspace)
    return read_records(plan, records), plan, records


def test_all_controls_run_and_say_what_they_are(every):
    found, plan, records = finished(*every)
    assert not plan.todo
    of = {name: [record for record in found if record.control == name] for name in CONTROL_NAMES}
    assert {name: len(cells) for name, cells in of.items()} == {
        "shuffled_labels": 3,
        "random_weights": 0,  # the grid has its only network like that
        "majority": 2,
        "body_part": 1,
        "leaky_split": 3,
    }
    for record in found:
        leaky = record.control == "leaky_split"
        assert (record.protocol, record.leaky) == (("image", True) if leaky else ("official", False))
        assert record.cost.seconds_total is not None
    strategies = {record.strategy for record in of["leaky_split"]}
    assert strategies == {"feature_extraction", "hand_crafted", "fine_tuning"}
    predicted = {name: records.read_predictions(of[name][0]) for name in of if of[name]}
    own = records.read_predictions(found[0])
    assert predicted["shuffled_labels"]["image"].tolist() == own["image"].tolist()
    assert predicted["shuffled_labels"]["label"].tolist() != own["label"].tolist()
    assert not predicted["leaky_split"]["image"].str.startswith("valid/").all()
    by_part = predicted["body_part"].groupby("body_part")["probability"]
    assert (by_part.nunique() == 1).all()
    assert predicted["body_part"]["probability"].nunique() > 1
    assert predicted["majority"]["probability"].nunique() == 1


def test_mlflow_holds_controls_as_runs_of_another_kind(every):
    _, workspace = every
    client = MlflowClient(tracking_uri=workspace.uri)
    experiment = client.get_experiment_by_name("small")

    def runs(filters):
        return client.search_runs([experiment.experiment_id], filters)

    curves, controls = runs("tags.kind = 'curve'"), runs("tags.kind = 'control'")
    assert len(curves) == 3
    assert len(controls) == 3 + 1 + 1 + 3
    assert not any("control" in run.data.params for run in curves)
    cells = runs("tags.kind = 'cell' and params.control = 'shuffled_labels'")
    assert len(cells) == 3
    parents = {run.info.run_id: run for run in controls}
    for cell in cells:
        assert cell.data.tags["control"] == "shuffled_labels"
        parent = parents[cell.data.tags["mlflow.parentRunId"]]
        assert parent.data.params["control"] == "shuffled_labels"
        assert parent.data.params["backbone"] == cell.data.params["backbone"]
    for curve in curves:
        history = client.get_metric_history(curve.info.run_id, "answer/study auroc")
        expected = 1 if curve.data.params["strategy"] == "fine_tuning" else 2
        assert len(history) == expected, "one value per training size, none of a control"


def test_plan_and_status_show_controls(every, capsys):
    show_plan(*every, as_json=False)
    assert "leaky_split" in capsys.readouterr().out
    show_status(*every, as_json=False)
    output = capsys.readouterr().out
    assert "controls, study auroc" in output
    assert "LEAKY" not in output, "the grid's own split does not leak"


@pytest.mark.slow
def test_ordinary_answers_are_those_of_the_grid_without_controls(every, ran):
    found, plan, records = finished(*every)
    before, plan_before, records_before = finished(*ran())
    alone, both = answers_from(plan_before, records_before), answers_from(plan, records)

    def values(points):
        return [(point.classifier, point.backbone, point.value, point.low) for point in points]

    def timeless(rows):
        return [{name: value for name, value in row.items() if name != "cost_share"} for row in rows]

    assert values(both.points) == values(alone.points)
    assert timeless(both.head_to_head) == timeless(alone.head_to_head) != []
    assert {point.control for point in both.control_points} == set(CONTROL_NAMES) - {"random_weights"}
    digests = [record.predictions_sha256 for record in before]
    assert [record.predictions_sha256 for record in found if not record.control] == digests
