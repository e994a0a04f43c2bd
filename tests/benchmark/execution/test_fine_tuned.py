"""Fine-tuning as cells of a grid: recorded, logged epoch by epoch, resumed, and compared with the frozen."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stdout
from io import StringIO
from types import SimpleNamespace

import pytest

import benchmark as bm
from benchmark.analysis.finished import read_records
from benchmark.analysis.resampled_cells import CHOSEN
from benchmark.cli.run import run_grid, show_comparison
from benchmark.errors import UserError
from benchmark.execution import fine_tuned
from benchmark.execution.executors import LocalExecutor, share_cores
from benchmark.execution.run import run_plan
from benchmark.execution.run_settings import RunSettings
from benchmark.store.workspace import Workspace
from benchmark.tracking.curve_pages import MlflowClient, curve_pages
from classifiers.fine_tuning import checkpoints
from extractors.tokens import NoTokensError
from tests.benchmark.finished_run import Ran, copy_run, small_grid
from tests.benchmark.opened import open_plan

NETWORK = {"name": "test_efficientnet", "weights": "random"}
LABEL = "test_efficientnet-random"


CONTENT = {
    "hand_crafted": None,
    "feature_extraction": {"backbones": [NETWORK], "classifiers": ["logistic_regression", "majority"]},
}


def tuning(recipe=None):
    return {"backbones": [NETWORK], "recipe": {"epochs": 2, **(recipe or {})}}


@pytest.fixture
def tuning_grid(write_grid):
    def write(recipe=None, **changes):
        return write_grid(**{**CONTENT, "fine_tuning": tuning(recipe), **changes})

    return write


@pytest.fixture(scope="module")
def tuned_run(tmp_path_factory, phantom, store_in):
    """The grid of `tuning_grid()`, run once, and what the run printed. Do not write into its workspace."""
    folder = tmp_path_factory.mktemp("tuned")
    grid, workspace = folder / "grid.yaml", Workspace(store_in(folder / "runs"))
    grid.write_text(small_grid(phantom, **CONTENT, fine_tuning=tuning()))
    with redirect_stdout(StringIO()) as printed:
        assert run(grid, workspace) == 0
    return Ran(grid, workspace), printed.getvalue()


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "runs")


def run(grid, workspace):
    return run_grid(grid, workspace, jobs=1, device="cpu", skip_unreadable=False)


def tuned_records(grid, workspace):
    plan, records = open_plan(grid, workspace)
    return [r for r in read_records(plan, records) if r.strategy == "fine_tuning"], records


def test_a_fine_tuned_cell_is_recorded_with_its_history_cost_and_weights(tuned_run):
    (grid, workspace), output = tuned_run
    tuned, records = tuned_records(grid, workspace)
    assert [(r.status, r.classifier, len(r.chosen_from)) for r in tuned] == [("ok", "end_to_end", 2)] * 2
    for record in tuned:
        assert (record.training.folds, record.training.refitted) == (5, True)
        refit = [epoch for epoch in record.history if epoch.refit]
        assert sum(epoch.updates for epoch in refit) == record.training.updates > 0
        assert len(refit) == record.parameters["refit_epochs"] == len(record.history) - 2
        assert None not in (record.history[0].train_loss, record.history[0].validation_auroc)
        assert record.recipe == {"stages": [{"epochs": 2}]}
        assert record.training.precision == "float32"
        weights = records.cell_folder(record.cell) / "weights.safetensors"
        assert weights.stat().st_size == record.cost.bytes_on_disk
        assert record.cost.evaluation_images_per_second > 0
    plan, _ = open_plan(grid, workspace)
    assert not plan.todo
    frozen = [r for r in read_records(plan, records) if r.classifier == "logistic_regression"]
    assert all(record.cost.bytes_on_disk > tuned[0].cost.bytes_on_disk / 2 for record in frozen)
    assert not list((workspace.cache / "checkpoints").glob("*"))
    assert "Freeze or fine-tune?" in output


def test_changed_recipes_are_other_cells_and_frozen_ones_stay(tuned_run, tuning_grid):
    plan, _ = open_plan(tuning_grid({"batch_size": 8}), tuned_run[0].workspace)
    assert [(p.cell.strategy, p.status) for p in plan.todo] == [("fine_tuning", "missing")] * 2


def test_mlflow_holds_epochs_curves_figures_weights_and_the_comparison(tuned_run):
    (_, workspace), _ = tuned_run
    client = MlflowClient(tracking_uri=workspace.uri)
    experiment = client.get_experiment_by_name("small")
    ((grid, part, address),) = curve_pages(workspace.uri)
    assert (grid, part) == ("small", "all")
    assert "params.body_part%20%3D%20%27all%27" in address
    assert "orderByKey=metrics.%60answer%2Fstudy%20auroc%60" in address
    assert f"[all]({address})" in experiment.tags["mlflow.note.content"]

    def runs(kind):
        return client.search_runs([experiment.experiment_id], f"tags.kind = '{kind}'")

    cells = [run for run in runs("cell") if run.data.params["strategy"] == "fine_tuning"]
    for cell in cells:
        history = client.get_metric_history(cell.info.run_id, "epoch/validation_loss")
        assert [metric.step for metric in history] == [1, 2]
        assert cell.data.params["recipe.stages"] == "[{'epochs': 2}]"
        files = {file.path for file in client.list_artifacts(cell.info.run_id)}
        assert files == {"training_curves.png", "confusion_matrix.png", "weights.safetensors"}
        assert cell.info.status == "FINISHED"
    (comparison,) = runs("comparison")
    history = client.get_metric_history(comparison.info.run_id, f"difference/{LABEL}")
    assert history[0].step == 40
    files = {file.path for file in client.list_artifacts(comparison.info.run_id)}
    assert files == {"head_to_head.csv", "head_to_head.json", "head_to_head.png"}
    curves = {run.data.params["classifier"] for run in runs("curve")}
    assert curves == {"end_to_end", "logistic_regression", "majority"}


def test_epochs_reach_mlflow_while_the_cell_trains(tuning_grid, workspace, store_in, monkeypatch):
    from benchmark.tracking.tracker import Tracker

    store_in(workspace.folder)
    client, seen = MlflowClient(tracking_uri=workspace.uri), []
    original = Tracker.log_epoch

    def spy(self, record, epoch):
        original(self, record, epoch)
        experiment = client.get_experiment_by_name("small")
        runs = client.search_runs([experiment.experiment_id], f"tags.cell = '{record.cell}'")
        seen.extend((r.info.status, "epoch/train_loss" in r.data.metrics) for r in runs)

    monkeypatch.setattr(Tracker, "log_epoch", spy)
    grid = tuning_grid(train_sizes=[40], feature_extraction=None)
    run(grid, workspace)
    ((record,), _) = tuned_records(grid, workspace)
    assert seen == [("RUNNING", True)] * len(record.history), "two epochs of folds, and those of the refit"


def test_a_loss_that_breaks_leaves_its_epochs_to_be_seen(tuning_grid, workspace, monkeypatch):
    from classifiers.fine_tuning.training import DivergedError, Training

    original = Training._epoch

    def breaks(self, running):
        if running.done:
            raise DivergedError("the loss is nan")
        return original(self, running)

    monkeypatch.setattr(Training, "_epoch", breaks)
    grid = tuning_grid({"folds_below": 0}, train_sizes=[40], feature_extraction=None)
    assert run(grid, workspace) == 1
    client = MlflowClient(tracking_uri=workspace.uri)
    experiment = client.get_experiment_by_name("small")
    (cell,) = client.search_runs([experiment.experiment_id], "tags.kind = 'cell'")
    assert cell.info.status == "FAILED"
    assert cell.data.tags["error"] == "the loss is nan"
    assert "epoch/train_loss" in cell.data.metrics


def test_checkpoints_on_other_pixels_are_not_gone_on_with(tuning_grid, workspace, tmp_path):
    planned = open_plan(tuning_grid(train_sizes=[40]), workspace)[0].todo[-1]
    folders = [fine_tuned.checkpoint_folder(tmp_path, planned, pixels) for pixels in ("p", "q", "p")]
    assert folders[0] == folders[2] != folders[1]
    assert all(folder.name.startswith(planned.cell.id) for folder in folders), (
        "so that outdated ones are found"
    )


def test_a_failing_recipe_is_one_line_and_the_others_go_on(tuning_grid, workspace, capsys):
    grid = tuning_grid({"trainable": {"from": "blocks.99"}}, train_sizes=[40])
    assert run(grid, workspace) == 1
    plan, records = open_plan(grid, workspace)
    statuses = {r.classifier: r.status for r in read_records(plan, records)}
    assert statuses == {"logistic_regression": "ok", "majority": "ok", "end_to_end": "failed"}
    assert "the network has no layer 'blocks.99'" in capsys.readouterr().out


def test_a_network_without_tokens_is_one_line_and_the_others_go_on(tuning_grid, workspace, monkeypatch):
    def without(network, images, last=1):
        raise NoTokensError("it shows none")

    monkeypatch.setattr("extractors.token_arrays.tokens_of", without)
    adaptation = {"backbones": [NETWORK], "methods": ["attentive_probe", "last_1"]}
    grid = tuning_grid(
        feature_extraction=None,
        fine_tuning=None,
        adaptation={**adaptation, "recipe": {"epochs": 1, "folds": 2}},
        train_sizes=[40],
    )
    plan, records = open_plan(grid, workspace)
    settings = RunSettings(workspace.cache, LocalExecutor(share_cores(1)), "cpu")
    outcomes = dict(run_plan(plan, records, settings, lambda *_: None))
    found = {planned.cell.classifier: outcomes[planned.cell.id] for planned in plan.cells}
    assert found == {"attentive_probe": "failed", "last_1": "ok"}
    errors = [records.read(cell).error for cell, status in outcomes.items() if status == "failed"]
    assert errors == [f"backbone '{LABEL}': attentive_probe needs tokens: it shows none"]


def test_tokens_travel_in_the_place_of_pixels(tmp_path):
    job = SimpleNamespace(pixels_folder=tmp_path / "pixels")
    on_pixels, on_tokens = fine_tuned.Tuning(None), fine_tuned.Tuning(None, tmp_path / "tokens")
    assert (on_pixels.arrays(job), on_tokens.arrays(job)) == ([tmp_path / "pixels"], [tmp_path / "tokens"])
    assert on_pixels.moved({}) == on_pixels
    there = on_tokens.moved({tmp_path / "tokens": tmp_path / "there"})
    assert there.tokens == tmp_path / "there"
    with pytest.raises(ValueError, match=r"the tokens .*there were deleted"):
        there.data(job)


def test_recipes_of_one_backbone_run_apart_and_resume_apart(tuning_grid, workspace, monkeypatch):
    monkeypatch.setattr(checkpoints, "EVERY", 0)
    recipes = {"full": {"epochs": 1}, "head": {"epochs": 2, "trainable": "head"}}
    recipes = {name: {**recipe, "folds_below": 0} for name, recipe in recipes.items()}
    section = {"backbones": [NETWORK], "recipes": recipes}
    grid = tuning_grid(train_sizes=[40], feature_extraction=None, fine_tuning=section)
    seen = []

    def attempt(stop_at=None):
        def on_epoch(header, epoch):
            seen.append((header.classifier, epoch.step))
            if seen[-1] == stop_at:
                raise KeyboardInterrupt

        plan, records = open_plan(grid, workspace)
        settings = RunSettings(workspace.cache, LocalExecutor(share_cores(1)), "cpu")
        return list(run_plan(plan, records, settings, lambda *_: None, on_epoch))

    with pytest.raises(KeyboardInterrupt):
        attempt(stop_at=("head", 1))
    plan, _ = open_plan(grid, workspace)
    assert [(p.cell.classifier, p.status) for p in plan.cells] == [("full", "done"), ("head", "missing")]
    assert len(list((workspace.cache / "checkpoints").glob("*"))) == 1
    assert [status for _, status in attempt()] == ["ok"]
    assert seen == [("full", 1), ("head", 1), ("head", 2)], (
        "the second run goes on where the first was stopped"
    )
    trainable = {
        r.classifier: r.recipe["stages"][0].get("trainable", "all") for r in tuned_records(grid, workspace)[0]
    }
    assert trainable == {"full": "all", "head": "head"}
    assert not list((workspace.cache / "checkpoints").glob("*"))


def test_progress_counts_images_so_that_large_sets_weigh_more(tuning_grid, workspace):
    recipe = {"epochs": 1, "folds_below": 0}
    grid = tuning_grid(train_sizes=[20, 40], feature_extraction=None, fine_tuning=tuning(recipe))
    plan, records = open_plan(grid, workspace)
    settings = RunSettings(workspace.cache, LocalExecutor(share_cores(1)), "cpu")
    told = []
    list(run_plan(plan, records, settings, lambda *step: told.append(step), lambda *_: None))
    steps = [done for stage, done, total in told if stage == "fine-tuning (images)"]
    assert [done for done in steps if done] == [20, 40]
    assert {total for stage, _, total in told if stage == "fine-tuning (images)"} == {60}


def test_an_unknown_recipe_key_names_the_line(tuning_grid, workspace):
    grid = tuning_grid({"epoch": 2})
    with pytest.raises(
        UserError, match=r"grid\.yaml:\d+: fine_tuning\.recipe\.epoch: unknown key; did you mean 'epochs'"
    ):
        run(grid, workspace)


def test_the_comparison_is_paired_per_seed_over_seeds_and_per_classifier(
    tuned_run, tuning_grid, tmp_path, capsys
):
    grid, workspace = (
        tuning_grid(train_sizes=[40], seeds=[0, 1]),
        copy_run(tuned_run[0], tmp_path / "more").workspace,
    )
    bm.run(grid, workspace.folder, jobs=1, device="cpu", track=False)
    show_comparison(grid, workspace, as_json=True)
    rows = json.loads(capsys.readouterr().out)
    assert [(row["classifier"], row["seed"]) for row in rows] == [
        (name, seed) for name in (CHOSEN, "logistic_regression", "majority") for seed in (0, 1, "all")
    ]
    plan, records = open_plan(grid, workspace)
    known = {(r.classifier, r.seed): r.bounded("study", "auroc").value for r in read_records(plan, records)}
    for row in rows:
        assert row["low"] <= row["difference"] <= row["high"]
        assert (row["p"] < 0.05) == (not row["low"] <= 0 <= row["high"])
        assert row["difference"] == pytest.approx(row["fine_tuned"] - row["frozen"])
        if row["seed"] != "all":
            assert row["fine_tuned"] == pytest.approx(known["end_to_end", row["seed"]])
            assert row["frozen"] == pytest.approx(known[row["classifiers"][str(row["seed"])], row["seed"]])
    show_comparison(grid, workspace, as_json=False)
    assert "chosen" in capsys.readouterr().out


def test_nothing_to_compare_is_said(small_run):
    with pytest.raises(UserError, match="no backbone has both"):
        show_comparison(*small_run, as_json=False)


def test_killed_in_the_middle_of_the_folds_it_continues_to_the_same_bytes(tuning_grid, tmp_path, store_in):
    grid = tuning_grid(
        {"epochs": 4, "ema": 0.5}, train_sizes=[60], feature_extraction=None, image={"size": 48}
    )
    whole, killed = (Workspace(store_in(tmp_path / name)) for name in ("whole", "killed"))
    assert run(grid, whole) == 0
    command = [
        sys.executable,
        "-m",
        "benchmark",
        "run",
        "--grid",
        str(grid),
        "--device",
        "cpu",
        "--jobs",
        "1",
    ]
    process = subprocess.Popen(
        [*command, "--workspace", str(killed.folder)],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not list((killed.cache / "checkpoints").glob("*/*-fold-1/history.json")):
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not list((killed.folder / "small").glob("[!.]*/result.json")), "the kill came too late"
    assert run(grid, killed) == 0
    predictions = [
        next((place.folder / "small").glob("[!.]*/predictions.parquet")).read_bytes()
        for place in (whole, killed)
    ]
    assert predictions[0] == predictions[1]
    record = json.loads(next((killed.folder / "small").glob("[!.]*/result.json")).read_text())
    client = MlflowClient(tracking_uri=killed.uri)
    experiment = client.get_experiment_by_name("small")
    (cell,) = client.search_runs([experiment.experiment_id], "tags.kind = 'cell'")
    logged = [m.step for m in client.get_metric_history(cell.info.run_id, "epoch/train_loss")]
    assert sorted(logged) == [epoch["step"] for epoch in record["history"]]


def test_a_cell_that_another_process_fine_tunes_is_not_done_twice(
    tuned_run, tuning_grid, tmp_path, monkeypatch
):
    """Another run finishes the cells after this one has planned them: nothing is trained, and all is there."""
    ran, _ = tuned_run
    workspace = Workspace(tmp_path / "runs")
    plan, records = open_plan(ran.grid, workspace)
    assert all(planned.status == "missing" for planned in plan.cells)
    other = copy_run(ran, tmp_path / "other")
    shutil.copytree(other.workspace.folder / plan.grid.name, records.folder)
    monkeypatch.setattr(fine_tuned, "fine_tune", lambda task: pytest.fail("it is trained again"))
    settings = RunSettings(workspace.cache, LocalExecutor(share_cores(1)), "cpu")
    outcomes = dict(run_plan(plan, records, settings, lambda *_: None))
    tuned = {planned.cell.id for planned in plan.cells if planned.cell.strategy == "fine_tuning"}
    assert tuned
    assert {outcomes[cell] for cell in tuned} == {"ok"}
