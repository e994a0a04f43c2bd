"""The grids that the project ships: each is planned, and the literature's run on a small phantom."""

import os
from pathlib import Path
from shutil import copytree

import pytest
import yaml

from benchmark.analysis.finished import read_records
from benchmark.cli.run import run_grid
from benchmark.datasets.mura import read_mura
from benchmark.grid.strategies import sections
from benchmark.store.workspace import Workspace
from tests.benchmark.opened import open_plan

FOLDER = Path(__file__).parents[2] / "grids"
GRIDS = sorted(FOLDER.rglob("*.yaml"))
LITERATURE = sorted((FOLDER / "literature").glob("*.yaml"))


def name_of(path):
    return path.relative_to(FOLDER).with_suffix("").as_posix()


@pytest.fixture
def elsewhere(monkeypatch, tmp_path, phantom):
    """The folders that shipped grids name, filled with a phantom and with empty weights."""
    for name in ("mobilenetv2_100.coral_in1k", "squeezenet1_0.deepcompression_in1k"):
        (tmp_path / f"{name}.safetensors").write_bytes(b"")
    folder = copytree(phantom, tmp_path / "pneumonia", copy_function=os.link)
    images = read_mura(folder).images.rename(columns={"image": "path"})
    images.to_csv(folder / "manifest.csv", index=False)
    for name, place in (("WEIGHTS", tmp_path), ("PNEUMONIA", folder), ("MURA", phantom)):
        monkeypatch.setenv(name, str(place))


@pytest.mark.parametrize("path", GRIDS, ids=name_of)
@pytest.mark.usefixtures("elsewhere")
def test_every_shipped_grid_is_planned(path, tmp_path):
    content = yaml.safe_load(path.read_text())
    if content["dataset"]["kind"] == "phantom":
        content["dataset"] |= {"patients": 60, "long_side": 48}
        content["train_sizes"] = sorted(
            {size if size == "full" else 20 for size in content["train_sizes"]}, key=str
        )
        path = tmp_path / path.name
        path.write_text(yaml.safe_dump(content))
    plan, _ = open_plan(path, Workspace(tmp_path / "runs"))
    assert plan.cells
    assert {planned.status for planned in plan.cells} == {"missing"}
    asked = {name for name in sections() if content.get(name)}
    assert {planned.cell.strategy for planned in plan.cells if not planned.cell.control} == asked


@pytest.mark.slow
@pytest.mark.parametrize("path", LITERATURE, ids=name_of)
def test_the_literature_runs_on_a_small_phantom(path, tmp_path, phantom):
    content = yaml.safe_load(path.read_text())
    content["dataset"] |= {"root": str(phantom)}
    content |= {"train_sizes": ["full"], "image": content["image"] | {"size": 96}}
    for section in ("feature_extraction", "fine_tuning"):
        networks = content.get(section, {}).get("backbones", [])
        networks[:] = [{"name": name, "weights": "random", "label": name} for name in networks]
    recipe = content["fine_tuning"]["recipe"]
    short = {"epochs": 1, "min_updates": 0, "folds_below": 0}
    content["fine_tuning"]["recipe"] = ({"preset": recipe} if recipe == "default" else recipe) | short
    grid, workspace = tmp_path / path.name, Workspace(tmp_path / "runs")
    grid.write_text(yaml.safe_dump(content))
    assert run_grid(grid, workspace, jobs=1, device="cpu", skip_unreadable=False) == 0
    plan, records = open_plan(grid, workspace)
    tuned = [record for record in read_records(plan, records) if record.strategy == "fine_tuning"]
    assert tuned
    for record in tuned:
        assert len(record.chosen_from) == max(1, len(record.recipe["stages"]))
        assert record.bounded(plan.grid.evaluation.unit, plan.grid.evaluation.primary).value is not None
