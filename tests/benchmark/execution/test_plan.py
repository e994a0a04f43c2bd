"""Cells of the first version have the same ids; what is stale is so by versions and the unit alone."""

import json
import zipfile
from pathlib import Path

import pytest
import yaml

from benchmark.execution.plan import fingerprint_of, make_plan
from benchmark.execution.subsets import Subsets
from benchmark.grid.cells import expand
from benchmark.grid.schema import Grid
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from tests.benchmark.opened import open_plan
from tests.benchmark.planted import grid_of
from tests.planted_study import planted_manifest

# What the preset `default` was in the first version.
DEFAULT = {
    "learning_rate": 1e-3,
    "backbone_learning_rate": 3e-4,
    "ema": 0.9,
    "augmentation": {
        "flip": 0.5,
        "rotate": 10,
        "shift": 0.05,
        "zoom": 0.1,
        "brightness": 0.1,
        "contrast": 0.2,
        "gamma": 0.2,
    },
    "epochs": 2,
    "warmup_epochs": 0,
}
FIRST_VERSION = Path(__file__).parents[2] / "data/first_version.zip"


@pytest.fixture
def first_version(tmp_path):
    with zipfile.ZipFile(FIRST_VERSION) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def plan_of(folder, recipe=DEFAULT, unit="study", **fine_tuning):
    content = yaml.safe_load((folder / "grid.yaml").read_text())
    content["evaluation"] = {**content.get("evaluation", {}), "unit": unit}
    fine_tuning["recipe"] = recipe
    content["fine_tuning"] |= fine_tuning
    content["dataset"] |= {"name": "Ours", "citation": "us2026"}
    content["fine_tuning"] = {k: v for k, v in content["fine_tuning"].items() if v is not None}
    path = folder / "again.yaml"
    path.write_text(yaml.safe_dump(content))
    return open_plan(path, Workspace(folder / "runs"))[0]


def test_cells_of_the_first_version_keep_their_ids_and_are_stale_by_recipe_and_unit(first_version):
    plan = plan_of(first_version)
    records = (first_version / "runs/first_version").glob("*/result.json")
    assert {p.cell.id for p in plan.cells} == {json.loads(path.read_text())["cell"] for path in records}
    assert {(planned.status, planned.reason) for planned in plan.cells} == {
        ("stale", "changed since: recipe, unit")
    }


def test_another_unit_makes_stale_what_was_calibrated_on_the_first(first_version):
    planned = plan_of(first_version).cells
    other = plan_of(first_version, unit="image").cells
    assert [p.cell.id for p in planned] == [p.cell.id for p in other]
    assert all(
        {key for key in p.fingerprint if p.fingerprint[key] != o.fingerprint[key]} == {"unit"}
        for p, o in zip(planned, other, strict=True)
    )


def test_recipes_are_added_to_a_finished_grid_without_computing_it_again(first_version):
    recipes = {"end_to_end": DEFAULT, "head": {**DEFAULT, "trainable": "head"}}
    plan = plan_of(first_version, recipe=None, recipes=recipes)
    never_run = [planned.cell for planned in plan.cells if planned.status == "missing"]
    assert {cell.classifier for cell in never_run} == {"head"}
    assert len(never_run) == 4, "two sizes and two seeds"


def test_images_are_counted_per_seed_where_seeds_draw_the_patients(tmp_path):
    drawn = {"resample": "patients", "share": 0.7}
    grid = grid_of(full=drawn, feature_extraction=None, fine_tuning=None, controls=["leaky_split"])
    plan = make_plan(grid, planted_manifest(["elbow", "wrist"], 100, 40), Records(tmp_path, grid.name))
    subsets = Subsets(plan)
    for planned in plan.cells:
        cell = planned.cell
        point = cell.body_part, cell.train_size, cell.seed, cell.control
        assert plan.train_images(*point) == len(subsets.subset(*point).train_rows)
    assert len({plan.train_images("all", "full", seed) for seed in range(9)}) > 1
    assert {p.cell.patient_share for p in plan.cells} == {None, 0.7}


def test_other_weights_of_tabicl_make_only_its_cells_stale(tmp_path, monkeypatch):
    file = tmp_path / "weights.ckpt"
    file.write_bytes(b"one")
    monkeypatch.setenv("BENCHMARK_TABICL", str(file))
    grid = Grid.model_validate(
        {
            "name": "g",
            "dataset": {"kind": "phantom"},
            "feature_extraction": {"backbones": ["bundled"], "classifiers": ["knn", "tabicl"]},
        }
    )
    knn, tabicl = expand(grid, {"all": 500})[0]
    before = [fingerprint_of(cell, grid, "") for cell in (knn, tabicl)]
    file.write_bytes(b"other")
    after = [fingerprint_of(cell, grid, "") for cell in (knn, tabicl)]
    assert "classifier" not in before[0]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False]
