"""From a grid to its plan."""

import pandas as pd
import pytest

from benchmark.errors import UserError
from benchmark.execution.open_plan import load_manifest, open_plan
from benchmark.grid.schema import read_grid
from benchmark.store.workspace import Workspace


def test_a_grid_that_never_ran_is_planned_as_missing(write_grid, phantom, tmp_path):
    grid, workspace = read_grid(write_grid()), Workspace(tmp_path / "runs")
    plan, records = open_plan(grid, workspace)
    assert {planned.status for planned in plan.cells} == {"missing"}
    assert records.folder == workspace.folder / "small"
    assert len(plan.manifest.images) == len(list(phantom.glob("*/*/*/*/*.png")))
    assert not workspace.folder.exists(), "a plan writes nothing"


def test_a_drawn_data_set_goes_into_the_cache(write_grid, tmp_path):
    dataset = {"kind": "phantom", "patients": 10, "long_side": 32}
    grid = read_grid(write_grid(dataset=dataset))
    drawn = load_manifest(grid.dataset, tmp_path / "cache")
    assert drawn.root.is_relative_to(tmp_path / "cache")
    again = load_manifest(grid.dataset, tmp_path / "cache")
    pd.testing.assert_frame_equal(drawn.images, again.images)


def test_data_that_are_not_there_are_one_line(write_grid, tmp_path):
    grid = read_grid(write_grid(dataset={"kind": "manifest", "root": str(tmp_path / "nowhere")}))
    with pytest.raises(UserError, match="nowhere"):
        open_plan(grid, Workspace(tmp_path / "runs"))
