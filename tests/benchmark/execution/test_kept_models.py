"""Which cells keep their model."""

import pytest

from benchmark.api import plan, run
from benchmark.execution.chosen import chosen_on_training_folds
from benchmark.store.record import Finished
from benchmark.store.workspace import Workspace

SECTIONS = {
    "train_sizes": [40],
    "hand_crafted": {"descriptors": ["glcm", "lbp"], "classifiers": ["logistic_regression", "majority"]},
}


def done(write_grid, workspace, **changes):
    grid = write_grid(**{**SECTIONS, **changes})
    results = run(grid, workspace, jobs=1, device="cpu", track=False)
    return grid, results, Workspace(workspace).records("small")


def kept(records):
    return {record.cell for record in records.all() if records.has_model(record.cell)}


def statuses(grid, workspace):
    return {(planned.status, planned.reason) for planned in plan(grid, workspace).cells}


def test_without_the_key_no_frozen_model_is_kept(write_grid, tmp_path):
    _, _, records = done(write_grid, tmp_path / "runs")
    assert kept(records) == set()


def test_all_models_are_kept_and_nothing_is_left_to_do(write_grid, tmp_path):
    grid, _, records = done(write_grid, tmp_path / "runs", keep_models="all")
    assert len(kept(records)) == 4
    assert statuses(grid, tmp_path / "runs") == {("done", "")}


def test_of_the_chosen_only_those_that_training_folds_choose_are_kept(write_grid, tmp_path):
    grid, _results, records = done(write_grid, tmp_path / "runs", keep_models="chosen", seeds=[0, 1])
    chosen = chosen_on_training_folds(r for r in records.all() if isinstance(r, Finished))
    assert kept(records) == {record.cell for record in chosen}
    assert len(kept(records)) == 2, "one for each seed"
    assert statuses(grid, tmp_path / "runs") == {("done", "")}


def test_asking_later_fits_the_missing_models_again_with_the_same_predictions(write_grid, tmp_path):
    _, _, records = done(write_grid, tmp_path / "runs")
    before = {record.cell: record.predictions_sha256 for record in records.all()}
    grid = write_grid(**SECTIONS, keep_models="chosen")
    missing = [planned for planned in plan(grid, tmp_path / "runs").cells if planned.status == "missing"]
    assert [planned.reason for planned in missing] == ["its model was not kept, and the grid asks for it"]
    _, _, records = done(write_grid, tmp_path / "runs", keep_models="chosen")
    assert kept(records) == {planned.cell.id for planned in missing}
    assert {record.cell: record.predictions_sha256 for record in records.all()} == before


def test_cells_of_controls_keep_none(write_grid, tmp_path):
    _, _, records = done(write_grid, tmp_path / "runs", keep_models="all", controls=["shuffled_labels"])
    assert {record.control for record in records.all() if record.cell in kept(records)} == {""}


def test_models_are_taken_over_with_their_cells(write_grid, tmp_path):
    _, _, _records = done(write_grid, tmp_path / "runs", keep_models="all")
    grid = write_grid(**SECTIONS, keep_models="all", name="other")
    run(grid, tmp_path / "runs", jobs=1, device="cpu", track=False)
    assert len(kept(Workspace(tmp_path / "runs").records("other"))) == 4


def test_a_classifier_that_is_only_code_is_said_and_not_fitted_again(
    write_grid, tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr("classifiers.fitted_model.FittedModel.can_be_kept", False)
    grid, _, records = done(write_grid, tmp_path / "runs", keep_models="all")
    assert kept(records) == set()
    assert "no file can hold the model of 'logistic_regression'" in caplog.text
    assert statuses(grid, tmp_path / "runs") == {("done", "")}


@pytest.mark.parametrize("value", ["some", "true"])
def test_another_value_is_refused(write_grid, value):
    from benchmark.errors import UserError

    with pytest.raises(UserError, match="keep_models"):
        plan(write_grid(keep_models=value))
