"""Cells tested on external sets: nothing chosen differs, and what lacks a set is tested on it alone."""

import signal
import subprocess
import sys
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import numpy as np
import pytest
from PIL import Image

import benchmark as bm
from benchmark.analysis.grid_results import Results
from benchmark.datasets.phantom.draw import draw_phantom
from benchmark.store.external_files import EXTERNAL, read_external
from benchmark.store.records import MODEL, MODEL_INDEX
from classifiers.catalogue import CLASSIFIERS
from extractors.embeddings import Failure
from tests.benchmark.finished_run import small_grid

SECTIONS = {
    "train_sizes": [60],
    "image": {"size": 40},
    "controls": ["majority"],
    "feature_extraction": {"backbones": ["bundled"], "classifiers": ["logistic_regression", "knn"]},
    "fine_tuning": {"backbones": ["bundled"], "recipe": {"epochs": 1, "folds": 2, "resolution": 32}},
    "hand_crafted": None,
}
SETS = ["away", "noise-5", "jpeg-1"]


@pytest.fixture(scope="module")
def away(tmp_path_factory):
    """Another hospital, which numbers its patients as home does."""
    folder = tmp_path_factory.mktemp("away") / "p"
    return draw_phantom(folder, patients=40, long_side=48, difficulty=0.0, seed=3)


def asked(away: Path) -> dict[str, object]:
    return {
        "external": [
            {"name": "away", "root": str(away), "allow_shared": ["all"]},
            {"name": "nowhere", "root": str(away / "nowhere")},
        ],
        "corruptions": {"kinds": ["noise", "jpeg"], "strengths": [5, 1]},
    }


def run(folder: Path, phantom: Path, **keys: object) -> Results:
    grid = folder / "grid.yaml"
    grid.write_text(small_grid(phantom, **{**SECTIONS, **keys}))
    return bm.run(grid, folder / "runs", jobs=1, device="cpu", track=False)


@pytest.fixture(scope="module")
def without(tmp_path_factory, phantom):
    """A grid without external sets. Do not write into its workspace."""
    folder = tmp_path_factory.mktemp("without")
    return run(folder, phantom), folder


@pytest.fixture(scope="module")
def tested(tmp_path_factory, phantom, away):
    """The same grid with them, in a workspace of its own."""
    return run(tmp_path_factory.mktemp("with"), phantom, **asked(away))


def chosen(results: Results) -> dict[str, tuple[object, ...]]:
    """Everything that a cell chose, by its id, and its digests."""
    return {
        cell.cell: (
            cell.parameters,
            cell.threshold,
            cell.selection_auroc,
            cell.predictions_sha256,
            cell.fingerprint,
        )
        for cell in results.cells
    }


def test_what_is_chosen_is_the_same_with_and_without_external_sets(without, tested):
    assert chosen(without[0]) == chosen(tested)
    assert not any(cell.external for cell in without[0].cells)


def test_every_cell_but_those_of_controls_is_tested_on_every_set_that_can_be_used(tested, away):
    records = tested.answers.cells.records
    for cell in tested.cells:
        names = set() if cell.control else {"away", "noise-1", "noise-5", "jpeg-1", "jpeg-5"}
        assert set(cell.external) == names
        for name in names:
            table, facts = read_external(records, cell, name), cell.external[name]
            assert len(table) == facts.images > 0
            assert table["probability"].between(0, 1).all()
            assert 0 <= facts.metrics["study"]["auroc"].value <= 1
    one = next(cell for cell in tested.cells if cell.external)
    assert read_external(records, one, "away")["patient"].str.startswith("away/").all()
    home = set(records.read_predictions(one)["patient"])
    assert set(read_external(records, one, "noise-1")["patient"]) == home


def test_weak_jpeg_changes_probabilities_little_and_strong_noise_more(tested):
    records = tested.answers.cells.records
    tuned = next(cell for cell in tested.cells if cell.strategy == "fine_tuning")
    own = records.read_predictions(tuned)["probability"].to_numpy()
    far = {
        name: float(np.abs(read_external(records, tuned, name)["probability"].to_numpy() - own).mean())
        for name in ("jpeg-1", "noise-5")
    }
    assert far["jpeg-1"] < far["noise-5"]


def test_a_finished_cell_is_tested_on_what_it_lacks_without_a_second_fine_tuning(
    without, tested, away, phantom, tmp_path, monkeypatch, caplog
):
    copytree(without[1], tmp_path / "w")
    grid = tmp_path / "w" / "grid.yaml"
    grid.write_text(small_grid(phantom, **{**SECTIONS, **asked(away)}))
    before = bm.plan(grid, tmp_path / "w" / "runs")
    assert {planned.status for planned in before.cells} == {"done"}
    lacks = {planned.cell.control: planned.reason for planned in before.cells}
    assert lacks == {"": "not tested on away, noise-5, noise-1, jpeg-5, jpeg-1", "majority": ""}
    assert "external 'nowhere'" in caplog.text
    monkeypatch.setattr("benchmark.execution.fine_tuned.fine_tune", None)
    results = run(tmp_path / "w", phantom, **asked(away))
    assert chosen(results) == chosen(tested)
    assert not bm.plan(grid, tmp_path / "w" / "runs").todo
    known = {cell.cell: cell.external for cell in tested.cells}
    for cell in results.cells:
        assert {name: one.predictions_sha256 for name, one in cell.external.items()} == {
            name: one.predictions_sha256 for name, one in known[cell.cell].items()
        }


def test_a_kept_model_is_used_and_nothing_is_fitted(away, phantom, tmp_path, monkeypatch):
    keys = {"keep_models": "all", "fine_tuning": None, "controls": []}
    keys["feature_extraction"] = {"backbones": ["bundled"], "classifiers": ["logistic_regression"]}
    before = run(tmp_path, phantom, **keys)
    monkeypatch.setattr("benchmark.execution.frozen.CLASSIFIERS", {})
    after = run(tmp_path, phantom, **keys, **asked(away))
    assert "logistic_regression" in CLASSIFIERS
    assert chosen(before) == chosen(after)
    assert all(len(cell.external) == 5 for cell in after.cells)
    (cell,) = after.cells
    file = after.answers.cells.records.cell_folder(cell.cell) / EXTERNAL / "away.parquet"
    file.write_bytes(b"damaged")
    (planned,) = bm.plan(tmp_path / "grid.yaml", tmp_path / "runs").todo
    assert planned.lacks == ("away",)


def test_copies_of_the_grids_own_images_are_refused_when_their_pixels_are_known(phantom, tmp_path, caplog):
    keys = {"fine_tuning": None, "feature_extraction": None, "controls": []}
    keys["hand_crafted"] = {"descriptors": ["edges"], "classifiers": ["logistic_regression"]}
    same = [{"name": "same", "root": str(phantom), "allow_shared": ["all"]}]
    results = run(tmp_path, phantom, **keys, external=same)
    assert not any(cell.external for cell in results.cells)
    (said,) = {line for line in caplog.messages if "'same'" in line}
    assert "have images that are in the grid's own data set, pixel by pixel" in said
    assert "\n" not in said


FROZEN = {
    "fine_tuning": None,
    "controls": [],
    "feature_extraction": {"backbones": ["bundled"], "classifiers": ["logistic_regression"]},
}
LADDER = {"corruptions": {"kinds": ["jpeg"], "strengths": [1]}}


def test_a_damaged_model_is_a_line_and_its_cell_stays_done(phantom, tmp_path, caplog):
    before = run(tmp_path, phantom, **FROZEN, keep_models="all")
    (cell,) = before.cells
    model = before.answers.cells.records.cell_folder(cell.cell) / MODEL / MODEL_INDEX
    model.write_text("{")
    after = run(tmp_path, phantom, **FROZEN, keep_models="all", **LADDER)
    assert chosen(before) == chosen(after)
    assert not after.failed
    (said,) = [line for line in caplog.messages if "cannot be tested on jpeg-1" in line]
    assert "is damaged" in said


@pytest.mark.parametrize("place", ["frozen._fit_cell", "run.load_embeddings"])
def test_a_finished_cell_that_cannot_be_fitted_again_stays_finished(
    place, phantom, tmp_path, monkeypatch, caplog
):
    before = run(tmp_path, phantom, **FROZEN)
    with monkeypatch.context() as broken:
        broken.setattr(f"benchmark.execution.{place}", _no_weights)
        after = run(tmp_path, phantom, **FROZEN, **LADDER)
    assert chosen(before) == chosen(after)
    assert not after.failed
    assert "cannot be tested on jpeg-1" in caplog.text
    assert "no weights" in caplog.text
    assert all(cell.external for cell in run(tmp_path, phantom, **FROZEN, **LADDER).cells)


def _no_weights(*args: Any, **_: object) -> list[Failure]:
    error = OSError("no weights")
    if isinstance(args[0], Path):  # of the cache: the embeddings
        return [Failure(one, error) for one in args[2]]
    raise error


def test_a_set_that_is_gone_is_said_and_left_out_of_every_answer(phantom, away, tmp_path, caplog):
    copytree(away.parent, tmp_path / "there")
    sets = [{"name": "away", "root": str(tmp_path / "there"), "allow_shared": ["all"]}]
    before = run(tmp_path, phantom, **FROZEN, keep_models="all", external=sets)
    assert set(before.external_drift()["external"]) == {"away"}
    rmtree(tmp_path / "there")
    caplog.clear()
    loaded = bm.load_results(tmp_path / "runs", tmp_path / "grid.yaml")
    (said,) = [line for line in caplog.messages if "'away'" in line]
    assert str(tmp_path / "there") in said
    assert said.endswith("the grid goes on without this set")
    assert loaded.answers.sets == []
    again = run(tmp_path, phantom, **FROZEN, keep_models="all", external=sets)
    assert chosen(again) == chosen(before)
    assert again.cells[0].external == before.cells[0].external, "what was found stays in the record"


def test_cells_tested_on_images_that_changed_are_left_out_and_said_until_a_run_tests_them_again(
    phantom, away, tmp_path, caplog
):
    copytree(away.parent, tmp_path / "there")
    sets = [{"name": "away", "root": str(tmp_path / "there"), "allow_shared": ["all"]}]
    before = run(tmp_path, phantom, **FROZEN, keep_models="all", external=sets)
    image = sorted((tmp_path / "there").rglob("*.png"))[0]
    Image.fromarray(255 - np.asarray(Image.open(image))).save(image)
    loaded = bm.load_results(tmp_path / "runs", tmp_path / "grid.yaml")
    assert loaded.answers.sets == []
    (said,) = [line for line in caplog.messages if "'away'" in line]
    assert said == (
        "external 'away': 1 cell was tested on other images than are there now: left out until 'benchmark run' "
        "tests again"
    )
    caplog.clear()
    after = run(tmp_path, phantom, **FROZEN, keep_models="all", external=sets)
    assert chosen(after) == chosen(before)
    was, now = before.cells[0].external["away"], after.cells[0].external["away"]
    assert was.predictions_sha256 != now.predictions_sha256
    assert [one.name for one in after.answers.sets] == ["away"]
    assert "'away'" not in caplog.text


KILLED = """
import os, signal, sys
import benchmark as bm
from benchmark.execution import external_results

write, written = external_results.write_external, []

def writes_and_dies(*args):
    found = write(*args)
    written.append(args[1])
    if len(written) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return found

external_results.write_external = writes_and_dies
bm.run(sys.argv[1], sys.argv[2], jobs=1, device="cpu", track=False)
"""


def test_a_run_killed_while_it_tests_on_sets_goes_on_to_the_same_bytes(phantom, away, tmp_path):
    keys = {**FROZEN, "keep_models": "all", **asked(away)}
    keys["feature_extraction"] = {"backbones": ["bundled"], "classifiers": ["logistic_regression", "knn"]}
    (tmp_path / "whole").mkdir()
    whole = run(tmp_path / "whole", phantom, **keys)
    run(tmp_path, phantom, **{**keys, "external": [], "corruptions": None})
    grid = tmp_path / "grid.yaml"
    grid.write_text(small_grid(phantom, **{**SECTIONS, **keys}))
    killed = subprocess.run([sys.executable, "-c", KILLED, grid, tmp_path / "runs"], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert bm.plan(grid, tmp_path / "runs").todo, "the set on which it died is not taken for tested"
    again = run(tmp_path, phantom, **keys)
    assert chosen(again) == chosen(whole)
    folder, other = (one.answers.cells.records.folder for one in (again, whole))
    files = sorted(path.relative_to(folder) for path in folder.rglob(f"{EXTERNAL}/*.parquet"))
    assert len(files) == 10
    for file in files:
        assert (folder / file).read_bytes() == (other / file).read_bytes()
    assert not list(folder.rglob(f"{EXTERNAL}/.*")), "nothing half-written stays"
