"""Results of the first version stay valid: their cells have the same ids and fingerprints."""

import json
import zipfile
from pathlib import Path

import pytest
import yaml

from benchmark.execution.plan import make_plan
from benchmark.execution.subsets import Subsets
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from tests.benchmark.opened import open_plan
from tests.benchmark.planted import grid_of
from tests.planted_study import planted_manifest

FIRST_VERSION = Path(__file__).parents[2] / "data/first_version.zip"


@pytest.fixture
def first_version(tmp_path):
    with zipfile.ZipFile(FIRST_VERSION) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def plan_of(folder, **fine_tuning):
    content = yaml.safe_load((folder / "grid.yaml").read_text())
    content["fine_tuning"] |= fine_tuning
    content["dataset"] |= {"name": "Ours", "citation": "us2026"}
    content["fine_tuning"] = {k: v for k, v in content["fine_tuning"].items() if v is not None}
    path = folder / "again.yaml"
    path.write_text(yaml.safe_dump(content))
    return open_plan(path, Workspace(folder / "runs"))[0]


def test_all_cells_of_the_first_version_are_done(first_version):
    plan, _ = open_plan(first_version / "grid.yaml", Workspace(first_version / "runs"))
    records = (first_version / "runs/first_version").glob("*/result.json")
    assert {p.cell.id for p in plan.cells} == {json.loads(path.read_text())["cell"] for path in records}
    assert {(planned.status, planned.reason) for planned in plan.cells} == {("done", "")}


def test_recipes_are_added_to_a_finished_grid_without_computing_it_again(first_version):
    recipe = {"preset": "default", "epochs": 2, "warmup_epochs": 0}
    recipes = {"end_to_end": recipe, "head": {**recipe, "trainable": "head"}}
    plan = plan_of(first_version, recipe=None, recipes=recipes)
    assert {planned.cell.classifier for planned in plan.todo} == {"head"}
    assert {planned.status for planned in plan.todo} == {"missing"}
    assert len(plan.todo) == 4, "two sizes and two seeds"


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
