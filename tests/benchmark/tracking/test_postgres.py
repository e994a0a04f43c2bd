"""A run that is logged to a real MLflow server on PostgreSQL."""

import pytest

import benchmark as bm
from classifiers.names import WEIGHTS
from tests.mlflow_server import mlflow_server
from tests.postgres import postgres, why_not

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of the server."""
    with postgres() as store, mlflow_server(tmp_path_factory.mktemp("server"), store) as address:
        yield address


def test_a_run_and_a_second_one_log_each_cell_once(server, phantom, tmp_path):
    from mlflow import MlflowClient

    grid = bm.Grid.model_validate(
        {
            "name": "on-postgres",
            "dataset": {"kind": "mura", "root": str(phantom)},
            "train_sizes": [40],
            "image": {"size": 32},
            "hand_crafted": {"descriptors": ["edges"], "classifiers": ["logistic_regression", "majority"]},
            "fine_tuning": {
                "backbones": [{"name": "test_efficientnet", "weights": "random"}],
                "recipe": {"epochs": 1},
            },
            "evaluation": {"resamples": 100},
        }
    )
    results = bm.run(grid, tmp_path / "runs", jobs=1, device="cpu", tracking_uri=server)
    assert results.not_tracked == ""
    assert not (tmp_path / "runs" / "mlflow.db").exists(), "the server has them, not SQLite"
    bm.track(grid, tmp_path / "runs", jobs=1, tracking_uri=server)
    client = MlflowClient(server)
    (experiment,) = client.search_experiments(filter_string="name = 'on-postgres'")
    runs = client.search_runs([experiment.experiment_id], "tags.kind = 'cell'", max_results=100)
    logged = {run.data.tags["cell"]: run for run in runs}
    assert len(logged) == len(runs) == len(results.cells) == 3
    for record in results.cells:
        run = logged[record.cell]
        assert run.info.status == "FINISHED"
        assert run.data.metrics["study/auroc"] == pytest.approx(record.metrics["study"]["auroc"].value)
        assert run.data.params["classifier"] == record.classifier
    (tuned,) = [record.cell for record in results.cells if record.strategy == "fine_tuning"]
    names = {file.path for file in client.list_artifacts(logged[tuned].info.run_id)}
    assert {"confusion_matrix.png", WEIGHTS} <= names, "the artifacts go through the server"
