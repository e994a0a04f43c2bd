"""A run that is inserted whole is what MLflow's client makes of the same values."""

import math
from dataclasses import replace

import pytest
from mlflow.entities import Metric

from benchmark.tracking.mlflow_experiment import Experiment
from benchmark.tracking.whole_runs import WholeRun

TAGS = {"mlflow.runName": "edges · hand", "cell": "0123", "record": "abc", "kind": "cell"}
PARAMS = {"body_part": "hand", "seed": 1, "recipe": "x" * 7000, "empty": ""}
METRICS = [
    Metric("study/auroc", 0.75, 1_700_000_000_000, 100),
    Metric("study/slope", math.nan, 1_700_000_000_000, 100),
    Metric("study/ratio", math.inf, 1_700_000_000_000, 100),
]
WHOLE = WholeRun(1_600_000_000_000, 1_800_000_000_000, "FINISHED", TAGS, PARAMS, METRICS)


@pytest.fixture
def experiment(tmp_path):
    return Experiment(f"sqlite:///{tmp_path}/mlflow.db", "g", tmp_path / "artifacts")


def content(run):
    info = {
        name: getattr(run.info, name)
        for name in (
            "experiment_id",
            "user_id",
            "status",
            "start_time",
            "end_time",
            "lifecycle_stage",
            "run_name",
        )
    }
    metrics = {
        metric.key: (repr(metric.value), metric.timestamp, metric.step) for metric in run.data._metric_objs
    }
    place = run.info.artifact_uri.replace(run.info.run_id, "RUN")
    return info, metrics, run.data.params, run.data.tags, place


def added(experiment, **changes):
    return experiment.add([replace(WHOLE, **changes)])[0]


@pytest.mark.parametrize("status", ["FINISHED", "FAILED"])
def test_it_equals_a_run_that_the_client_writes(experiment, monkeypatch, status):
    whole = added(experiment, status=status)
    monkeypatch.setattr("benchmark.tracking.mlflow_experiment.can_write_whole", lambda store: False)
    asked = added(experiment, status=status)
    kept = [experiment.client.get_run(run.info.run_id) for run in (whole, asked)]
    assert content(kept[0]) == content(kept[1])
    assert {run.info.run_id for run in experiment.runs()} == {run.info.run_id for run in kept}
    for metric in METRICS:
        values = [experiment.history(run, metric.key) for run in kept]
        assert repr(values[0]) == repr(values[1])
        assert list(values[0]) == [100]


def test_what_is_returned_is_what_is_stored(experiment):
    run = added(experiment)
    kept = experiment.client.get_run(run.info.run_id)
    assert (run.info, run.data.tags, run.data.params) == (kept.info, kept.data.tags, kept.data.params)


def test_the_client_can_go_on_with_it(experiment):
    run = added(experiment)
    experiment.client.log_metric(run.info.run_id, "study/auroc", 0.8, step=200)
    experiment.client.log_text(run.info.run_id, "text", "note.txt")
    assert experiment.client.get_run(run.info.run_id).data.metrics["study/auroc"] == 0.8
    experiment.delete(run)
    assert experiment.runs() == []


def test_a_run_is_there_whole_or_not_at_all(experiment):
    twice = replace(WHOLE, metrics=[METRICS[0], METRICS[0]])
    with pytest.raises(Exception, match="UNIQUE constraint"):
        experiment.add([WHOLE, twice])
    assert experiment.runs() == []


def test_several_runs_each_have_their_own_values(experiment):
    others = [replace(WHOLE, tags={**TAGS, "cell": f"{n}"}, metrics=[METRICS[n]]) for n in range(2)]
    for made in experiment.add(others):
        kept = experiment.client.get_run(made.info.run_id)
        assert content(kept) == content(made)
        assert [metric.key for metric in kept.data._metric_objs] == [METRICS[int(kept.data.tags["cell"])].key]
