"""MLflow holds verdicts and changes of external sets once, as metrics and as a table."""

import pytest

from benchmark.tracking.external_run import log_external
from benchmark.tracking.mlflow_experiment import Experiment

ROW = {
    "external": "next door",
    "comparison": "fine-tuned − frozen",
    "backbone": "resnet50",
    "body_part": "hand",
    "images": 400,
    "home": 0.05,
    "away": -0.06,
    "change": -0.11,
    "low": -0.2,
    "high": None,
    "verdict": "freeze",
}


@pytest.fixture
def store(tmp_path, store_in):
    folder = store_in(tmp_path / "runs")
    return Experiment(f"sqlite:///{folder / 'mlflow.db'}", "g", folder / "mlartifacts")


def test_rows_are_metrics_with_a_prefix_and_unchanged_rows_stay(store):
    log_external(store, [ROW])
    (run,) = store.runs()
    assert {name: run.data.metrics[name] for name in run.data.metrics if "change" in name} == {
        "next door/hand/resnet50/change": -0.11
    }
    assert "next door/hand/resnet50/high" not in run.data.metrics
    assert [file.path for file in store.client.list_artifacts(run.info.run_id)] == ["external.csv"]
    log_external(store, [ROW])
    assert [one.info.run_id for one in store.runs()] == [run.info.run_id]
    log_external(store, [ROW | {"change": 0.0}])
    (other,) = store.runs()
    assert other.info.run_id != run.info.run_id
    log_external(store, [])
    assert store.runs() == []
