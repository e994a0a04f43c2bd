from dataclasses import replace
from shutil import copy
from threading import Barrier

import pytest

from benchmark.analysis.finished import read_records
from benchmark.cli.run import run_grid, track_grid
from benchmark.errors import UserError
from benchmark.store.workspace import Workspace
from benchmark.tracking.curve_pages import MlflowClient
from benchmark.tracking.mlflow_experiment import Experiment
from benchmark.tracking.session import open_tracker
from benchmark.tracking.tracker import Tracker
from tests.benchmark.opened import open_plan
from tests.benchmark.planted import answers_from


def runs_of(workspace, kind):
    client = MlflowClient(tracking_uri=workspace.uri)
    experiment = client.get_experiment_by_name("small")
    return client, client.search_runs([experiment.experiment_id], f"tags.kind = '{kind}'")


def test_every_cell_is_a_child_of_its_curve_and_repeats_its_axes(small_run):
    _, workspace = small_run
    _, cells = runs_of(workspace, "cell")
    _, curves = runs_of(workspace, "curve")
    assert len(cells) == 4
    assert len(curves) == 2
    parents = {run.info.run_id: run for run in curves}
    for run in cells:
        parent = parents[run.data.tags["mlflow.parentRunId"]]
        assert run.data.params["classifier"] == parent.data.params["classifier"]
        assert {"train_size", "seed", "strategy", "backbone", "body_part"} <= set(run.data.params)
        assert "study/auroc_low" in run.data.metrics
        assert "seconds/select" in run.data.metrics
        assert run.info.status == "FINISHED"


def test_curves_step_by_training_images(small_run):
    grid, workspace = small_run
    plan, _ = open_plan(grid, workspace)
    client, curves = runs_of(workspace, "curve")
    history = client.get_metric_history(curves[0].info.run_id, "answer/study auroc")
    assert [metric.step for metric in history] == [40, len(plan.pool)]


def test_logging_again_changes_nothing_and_a_lost_store_is_rebuilt(finished_run, empty_store):
    grid, workspace = finished_run

    def content(workspace):
        _, cells = runs_of(workspace, "cell")
        return sorted((run.data.tags["cell"], run.data.metrics["study/auroc"]) for run in cells)

    before = content(workspace)
    plan, records = open_plan(grid, workspace)
    tracker = Tracker(workspace.uri, "small", artifacts=workspace.artifacts)
    for record in read_records(plan, records):
        tracker.log_cell(record)
    assert content(workspace) == before
    workspace.database.unlink()
    assert not workspace.is_logged(plan.grid, read_records(plan, records))
    copy(empty_store, workspace.folder / "new.db")
    empty = Workspace(workspace.folder, tracking_uri=f"sqlite:///{workspace.folder / 'new.db'}")
    run_grid(grid, empty, jobs=1, device="cpu", skip_unreadable=False)
    assert content(empty) == before


def test_a_server_gets_several_cells_at_once_each_of_them_once(finished_run, empty_store, monkeypatch):
    grid, workspace = finished_run
    monkeypatch.setattr(Experiment, "runs_at_once", 4)
    plan, records = open_plan(grid, workspace)
    copy(empty_store, workspace.folder / "new.db")
    empty = Workspace(workspace.folder, tracking_uri=f"sqlite:///{workspace.folder / 'new.db'}")
    meet = Barrier(2, timeout=20)  # passed by two cells whose files are asked for side by side

    def files():
        meet.wait()
        yield from ()

    known = read_records(plan, records)
    assert len(known) == 4
    open_tracker(empty, plan).log_cells((record, dict, files()) for record in known)
    _, cells = runs_of(empty, "cell")
    assert {run.data.tags["cell"] for run in cells} == {record.cell for record in known}
    _, curves = runs_of(empty, "curve")
    assert len(curves) == 2
    assert {run.data.tags["mlflow.parentRunId"] for run in cells} == {run.info.run_id for run in curves}


def test_after_a_failure_no_further_cell_is_sent(finished_run, monkeypatch):
    grid, workspace = finished_run
    plan, records = open_plan(grid, workspace)
    monkeypatch.setattr(Experiment, "runs_at_once", 2)
    tracker, told = open_tracker(workspace, plan), []

    def fail(record, figures, files):
        told.append(record)
        raise OSError("no route to host")

    monkeypatch.setattr(tracker, "log_cell", fail)
    record = read_records(plan, records)[0]
    with pytest.raises(OSError, match="no route"):
        tracker.log_cells([(record, dict, [])] * 500)
    assert len(told) < 500


def test_a_curve_whose_value_changed_is_drawn_anew_with_its_children(finished_run):
    grid, workspace = finished_run
    plan, records = open_plan(grid, workspace)
    points = answers_from(plan, records).points
    tracker = Tracker(workspace.uri, "small", artifacts=workspace.artifacts)
    tracker.log_curves([replace(point, value=0.123) for point in points])
    client, curves = runs_of(workspace, "curve")
    assert len(curves) == 2
    for run in curves:
        history = client.get_metric_history(run.info.run_id, "answer/study auroc")
        assert {metric.value for metric in history} == {0.123}
    _, cells = runs_of(workspace, "cell")
    assert {run.data.tags["mlflow.parentRunId"] for run in cells} == {run.info.run_id for run in curves}


def test_a_curve_whose_bounds_alone_changed_is_drawn_anew(finished_run):
    grid, workspace = finished_run
    plan, records = open_plan(grid, workspace)
    points = answers_from(plan, records).points
    tracker = Tracker(workspace.uri, "small", artifacts=workspace.artifacts)
    tracker.log_curves([replace(point, low=0.123) for point in points])
    client, curves = runs_of(workspace, "curve")
    assert len(curves) == 2
    for run in curves:
        history = client.get_metric_history(run.info.run_id, "answer/study auroc low")
        assert {metric.value for metric in history} == {0.123}


def test_a_store_that_cannot_be_used_is_one_line(tmp_path):
    with pytest.raises(UserError, match="file:") as caught:
        Tracker(f"file://{tmp_path}/mlruns", "g")
    assert "\n" not in str(caught.value)


def test_a_store_that_breaks_during_a_run_stops_no_cell_and_is_filled_later(
    write_grid, tmp_path, monkeypatch, capsys
):
    grid, workspace = write_grid(), Workspace(tmp_path / "runs")

    def broken(*_):
        raise RuntimeError("database is locked\nand more")

    with monkeypatch.context() as patched:
        patched.setattr(Tracker, "log_cells", broken)
        assert run_grid(grid, workspace, jobs=1, device="cpu", skip_unreadable=False) == 0
    said = capsys.readouterr().err
    assert "MLflow could not be written: database is locked" in said
    assert f"When it can be written: benchmark track --grid {grid} --workspace {workspace.folder}" in said
    plan, _ = open_plan(grid, workspace)
    assert not plan.todo
    track_grid(grid, workspace, jobs=1)
    assert len(runs_of(workspace, "cell")[1]) == 4


def test_another_primary_metric_is_drawn_without_fitting_again(finished_run, write_grid):
    _, workspace = finished_run
    grid = write_grid(evaluation={"resamples": 100, "primary": "brier"})
    plan, records = open_plan(grid, workspace)
    assert not plan.todo
    assert not workspace.is_logged(plan.grid, read_records(plan, records))
    run_grid(grid, workspace, jobs=1, device="cpu", skip_unreadable=False)
    assert workspace.is_logged(plan.grid, read_records(plan, records))
