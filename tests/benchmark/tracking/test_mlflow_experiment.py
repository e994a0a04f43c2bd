import logging
import os
import subprocess
import sys

import pytest
from mlflow.entities import Metric
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine

from benchmark.errors import UserError
from benchmark.tracking.mlflow_experiment import Experiment, milliseconds

OFF, FULL = 0, 2


def synchronous(engine):
    with engine.connect() as connection:
        return connection.execute(text("PRAGMA synchronous")).scalar()


@pytest.fixture(scope="module")
def uri(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('store') / 'mlflow.db'}"


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory):
    return tmp_path_factory.mktemp("artifacts")


@pytest.fixture(scope="module")
def experiment(uri, artifacts):
    return Experiment(uri, "small", artifacts)


def test_only_our_own_store_does_not_wait_for_the_disk(uri, artifacts, tmp_path):
    early = create_engine(f"sqlite:///{tmp_path / 'callers_own.db'}")
    during = []

    def look(connection):  # a caller's connection while the store is opened
        if connection.engine is not early and not during:
            during.append(synchronous(early))

    event.listen(Engine, "engine_connect", look)
    Experiment(uri, "small", artifacts)
    event.remove(Engine, "engine_connect", look)
    ours = SqlAlchemyStore(uri, artifacts.as_uri()).engine
    assert synchronous(ours) == OFF
    ours.dispose()  # new connections of the store too
    assert synchronous(ours) == OFF
    assert during == [FULL]
    assert synchronous(early) == FULL
    assert synchronous(create_engine(f"sqlite:///{tmp_path / 'another.db'}")) == FULL


def test_importing_and_opening_change_no_setting_of_the_process(tmp_path):
    code = f"""
import logging, os, pathlib
import mlflow
names = ("mlflow", "alembic")
def settings():
    return [logging.getLogger(name).level for name in names], dict(os.environ)
before = settings()
from benchmark.tracking.mlflow_experiment import Experiment
assert settings() == before, "import"
Experiment("sqlite:///{tmp_path}/mlflow.db", "small", pathlib.Path("{tmp_path}"))
assert settings()[0] == before[0], "open"
assert "MLFLOW_DISABLE_TELEMETRY" not in os.environ
"""
    environment = {key: value for key, value in os.environ.items() if key != "MLFLOW_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Creating initial MLflow database tables" not in done.stderr
    assert "Running upgrade" not in done.stderr


def test_a_caller_may_silence_more(uri, artifacts):
    logger = logging.getLogger("mlflow")
    before = logger.level
    logger.setLevel(logging.ERROR)
    Experiment(uri, "small", artifacts)
    assert logger.level == logging.ERROR
    logger.setLevel(before)


def test_an_ended_run_is_returned_as_the_store_holds_it(experiment):
    run = experiment.begin({"kind": "cell"}, started="2026-01-02T03:04:05+00:00")
    assert run.info.status == "RUNNING"
    assert run.info.start_time == milliseconds("2026-01-02T03:04:05+00:00") == 1767323045000
    ended = experiment.end(
        run, {"classifier": "x" * 7000}, [], {"record": "abc"}, status="FAILED", finished=5
    )
    stored = experiment.client.get_run(run.info.run_id)
    assert ended.info.status == stored.info.status == "FAILED"
    assert ended.info.end_time == stored.info.end_time == 5
    assert ended.data.tags == {k: v for k, v in stored.data.tags.items() if k in ended.data.tags}
    assert ended.data.tags["record"] == "abc"
    assert ended.data.tags["kind"] == "cell"
    assert len(stored.data.params["classifier"]) == 6000


def test_tags_of_the_experiment_are_written_where_they_differ(experiment, monkeypatch):
    experiment.tag({"colour": "blue"})
    found = experiment.client.get_experiment(experiment.id).tags
    assert found["colour"] == "blue"
    again = Experiment(experiment._uri, "small", None)
    monkeypatch.setattr(again.client, "set_experiment_tag", lambda *_: pytest.fail("written again"))
    again.tag({"colour": "blue"})


def test_an_error_without_a_message_is_still_a_reason(monkeypatch):
    def fail(**_):
        raise ConnectionError

    monkeypatch.setattr("benchmark.tracking.mlflow_experiment.MlflowClient", fail)
    with pytest.raises(UserError, match=r"cannot use the tracking store http://nowhere: ConnectionError"):
        Experiment("http://nowhere", "small", None)


def test_a_deleted_experiment_is_restored_and_can_be_written(uri, artifacts, caplog):
    made = Experiment(uri, "deleted in the UI", artifacts)
    made.client.delete_experiment(made.id)
    again = Experiment(uri, "deleted in the UI", artifacts)
    assert again.id == made.id
    assert "had been deleted in MLflow; it is restored" in caplog.text
    assert again.begin({"kind": "cell"}).info.status == "RUNNING"


def test_an_experiment_that_another_process_makes_meanwhile_is_opened(experiment, artifacts, monkeypatch):
    answers = iter([None, experiment.client.get_experiment(experiment.id)])
    asked = "benchmark.tracking.mlflow_experiment.MlflowClient.get_experiment_by_name"
    monkeypatch.setattr(asked, lambda *_: next(answers))
    assert Experiment(experiment._uri, "small", artifacts).id == experiment.id


def test_more_values_than_one_request_takes_are_all_written(experiment):
    run = experiment.begin({"kind": "cell"})
    metrics = [Metric(f"m{n}", float(n), 0, 0) for n in range(1700)]
    experiment.end(run, {f"p{n}": "x" * 7000 for n in range(130)}, metrics, {"error": "e" * 9000})
    found = experiment.client.get_run(run.info.run_id).data
    assert len(found.metrics) == 1700
    assert len(found.params) == 130
    assert found.tags["error"].startswith("eee")


def test_the_password_of_a_store_is_in_no_message():
    with pytest.raises(UserError) as refused:
        Experiment("nosuch://bob:s3cret@host", "small", None)
    assert "nosuch://***@host" in str(refused.value)
    assert "s3cret" not in str(refused.value)
