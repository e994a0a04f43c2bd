"""Cells of the first version have the same ids; what is stale is so by versions and the unit alone."""

import json
import zipfile
from pathlib import Path

import pytest
import yaml

from benchmark.store.workspace import Workspace
from tests.benchmark.opened import open_plan

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
