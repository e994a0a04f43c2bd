"""The Python API: what the commands are made of, without printing or exiting."""

import json
import subprocess
import sys

import pandas as pd
import pytest

import benchmark as bm
from benchmark.store.record import Finished
from results.verdict import ONE_PAIR

NETWORK = {"name": "test_efficientnet", "weights": "random"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory, phantom):
    """(results, workspace, what the callbacks were told) of a small grid with a head-to-head; do not write into it."""
    folder = tmp_path_factory.mktemp("api")
    grid = bm.Grid.model_validate(
        {
            "name": "api",
            "dataset": {"kind": "mura", "root": str(phantom)},
            "train_sizes": [40, "full"],
            "image": {"size": 32},
            "feature_extraction": {
                "backbones": [NETWORK],
                "classifiers": ["logistic_regression", "majority"],
            },
            "fine_tuning": {"backbones": [NETWORK], "recipe": {"epochs": 1}},
            "controls": ["shuffled_labels"],
            "evaluation": {"resamples": 100},
        }
    )
    told = {"stages": set(), "epochs": [], "cells": []}
    results = bm.run(
        grid,
        folder / "runs",
        jobs=1,
        device="cpu",
        track=False,
        progress=lambda stage, steps, total: told["stages"].add(stage),
        on_epoch=lambda record, epoch: told["epochs"].append((record.cell, epoch.step)),
        on_cell=lambda record: told["cells"].append(record.cell),
    )
    return results, folder / "runs", told


def test_a_run_returns_results_and_tells_callbacks(ran, capsys):
    results, folder, told = ran
    assert results.failed == ()
    assert all(isinstance(record, Finished) for record in results.cells)
    assert sorted(told["cells"]) == sorted(record.cell for record in results.cells)
    assert {step for _, step in told["epochs"]} == {1, 2}, "one epoch in the folds, one of the refit"
    assert {"decoding images", "fitting classifiers"} <= told["stages"]
    assert not (folder / "mlflow.db").exists(), "track=False leaves MLflow alone"
    assert capsys.readouterr() == ("", "")


def test_a_plan_is_a_table(ran):
    results, folder, _ = ran
    frame = bm.plan(results.plan.grid, folder).to_frame()
    assert set(frame["status"]) == {"done"}
    assert {"cell", "strategy", "backbone", "train_size", "seconds"} <= set(frame)


def test_metrics_and_predictions_are_tidy(ran):
    results, *_ = ran
    metrics = results.metrics()
    assert {"cell", "unit", "metric", "value", "low", "high"} <= set(metrics)
    tuned = results.predictions(strategy="fine_tuning", train_size=40)
    assert set(tuned["strategy"]) == {"fine_tuning"}
    assert not tuned.duplicated(["cell", "image"]).any()
    assert {"patient", "label", "probability", "threshold", "cell_body_part"} <= set(tuned)
    assert results.predictions(seed=7).empty
    with pytest.raises(bm.UserError, match="no axis 'size'"):
        results.predictions(size=40)


def test_comparisons_and_curves(ran):
    results, *_ = ran
    table = bm.compare(results)
    assert table["comparison"].tolist() == ["fine-tuned − frozen"] * 2
    assert set(table["verdict"]) <= {ONE_PAIR, "fine-tune", "freeze", "equal", "undecided"}
    curves = results.learning_curves()
    assert len(curves.frame()) == 4
    assert curves.plot().axes


def test_pictures_and_the_worklist_are_figures_and_a_table(ran):
    results, folder, _ = ran
    atlas = results.embedding_atlas("feature_extraction")
    assert len(atlas.frame()) == len(results.plan.manifest.images)
    assert results.examples("fine_tuning").frame()["study"].nunique() > 3
    assert set(results.worklist()["strategy"]) == {"feature_extraction", "fine_tuning"}
    with pytest.raises(bm.UserError, match="has no embedding"):
        results.embedding_atlas("fine_tuning")
    with pytest.raises(bm.UserError, match="no cell of hand-crafted is finished"):
        results.examples("hand_crafted")
    with pytest.raises(bm.UserError, match="pictures and subgroups need the grid"):
        bm.load_results(folder, "api").examples()


def test_an_unknown_projection_is_one_line(ran, tmp_path):
    results, *_ = ran
    with pytest.raises(bm.UserError, match="no projection 'tsne'; there are pca, umap"):
        bm.report(results, tmp_path / "paper", projection="tsne")
    with pytest.raises(bm.UserError, match="no projection 'tsne'"):
        results.embedding_atlas(projection="tsne")
    assert not (tmp_path / "paper").exists()


def test_results_are_loaded_by_grid_and_by_name_alike(ran):
    results, folder, _ = ran
    by_grid = bm.load_results(folder, results.plan.grid)
    by_name = bm.load_results(folder, "api")
    for loaded in (by_grid, by_name):
        pd.testing.assert_frame_equal(loaded.compare(), results.compare())
        assert {record.cell for record in loaded.cells} == {record.cell for record in results.cells}
    with pytest.raises(bm.UserError, match="a report needs the grid"):
        bm.report(by_name, folder / "paper")
    with pytest.raises(bm.UserError, match="no grid 'other'"):
        bm.load_results(folder, "other")


def test_a_grid_that_an_earlier_version_kept_is_loaded_by_name(ran):
    results, folder, _ = ran
    kept = folder / "api" / "grid.json"
    content = json.loads(kept.read_text(encoding="utf-8"))
    del content["comparisons"], content["evaluation"]["margin"]
    now = kept.read_text(encoding="utf-8")
    kept.write_text(json.dumps(content), encoding="utf-8")
    try:
        table = bm.load_results(folder, "api").compare()
    finally:
        kept.write_text(now, encoding="utf-8")
    assert table["family"].tolist() == [2, 2], "what is there"
    assert not table["interim"].any()
    pd.testing.assert_frame_equal(table, results.compare())


@pytest.mark.usefixtures("one_pixel_figures")
def test_a_report_is_written(ran, tmp_path):
    results, *_ = ran
    report = bm.report(results, tmp_path / "paper", jobs=1)
    assert (tmp_path / "paper" / "report.html") in report.files
    assert (tmp_path / "paper" / "metrics.csv").is_file()


def test_a_store_that_cannot_be_written_costs_no_result(ran, monkeypatch):
    results, folder, _ = ran

    def broken(self, *_):
        raise RuntimeError  # without a message

    monkeypatch.setattr("benchmark.tracking.session.Session._write_all", broken)
    again = bm.run(results.plan.grid, folder, jobs=1)
    assert len(again.cells) == len(results.cells)
    assert "MLflow could not be written: RuntimeError" in again.not_tracked


def test_a_grid_is_read_from_a_path_or_from_its_name(tmp_path, phantom):
    file = tmp_path / "grid.yaml"
    file.write_text(
        f"name: read\ndataset: {{kind: mura, root: {phantom}}}\nhand_crafted: {{descriptors: [edges], classifiers: [majority]}}\n"
    )
    assert bm.read_grid(str(file)) == bm.read_grid(file)


def test_a_grid_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(bm.UserError, match=r"no\.yaml"):
        bm.plan(tmp_path / "no.yaml", tmp_path)


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, benchmark; print([m for m in ('numpy', 'pandas', 'torch', 'mlflow') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
    assert bm.__version__ == "0.1.0"
    assert set(bm.__all__) <= set(dir(bm))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = bm.nothing


def test_a_proposed_grid_is_text_until_it_is_written(tmp_path, phantom):
    proposal = bm.propose_grid(
        phantom, tmp_path / "own.yaml", name="own", hours=1, workspace=tmp_path / "runs"
    )
    assert not (tmp_path / "own.yaml").exists()
    assert 0 < proposal.hours <= 1
    (file,) = proposal.write()
    assert file.read_text() == proposal.text
    assert bm.read_grid(file).name == "own"


def test_a_leaderboard_needs_an_export_and_has_its_page_and_numbers(ran, tmp_path):
    results, workspace, _ = ran
    bm.export_results(results.plan.grid, tmp_path / "e.zip", workspace)
    board = bm.leaderboard([tmp_path / "e.zip"], tmp_path / "board", jobs=1)
    assert [one.exports for one in board.data_sets] == [("e",)]
    assert list(board.verdicts["verdict"].unique()) == ["one trained pair, no claim about methods"]
    assert (tmp_path / "board" / "leaderboard.html").is_file()
    with pytest.raises(bm.UserError, match="needs an export"):
        bm.leaderboard([], tmp_path / "board")
