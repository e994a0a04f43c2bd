"""MLflow holds one report, with its files where they are in its folder."""

import pytest

from benchmark.tracking.mlflow_experiment import Experiment
from benchmark.tracking.report_run import log_report


@pytest.fixture
def store(tmp_path, store_in):
    folder = store_in(tmp_path / "runs")
    return Experiment(f"sqlite:///{folder / 'mlflow.db'}", "g", folder / "mlartifacts")


def test_files_keep_their_folders_and_a_new_report_takes_the_place_of_the_old(store, tmp_path):
    files = [tmp_path / "report/index.html", tmp_path / "report/figures/a.png"]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("content")
    log_report(store, tmp_path / "report", files, "one")
    (run,) = store.runs()
    assert [file.path for file in store.client.list_artifacts(run.info.run_id)] == ["figures", "index.html"]
    (figure,) = store.client.list_artifacts(run.info.run_id, "figures")
    assert figure.path == "figures/a.png"
    log_report(store, tmp_path / "report", files, "one")
    assert [same.info.run_id for same in store.runs()] == [run.info.run_id]
    log_report(store, tmp_path / "report", files[:1], "two")
    (other,) = store.runs()
    assert other.info.run_id != run.info.run_id
    assert [file.path for file in store.client.list_artifacts(other.info.run_id)] == ["index.html"]
