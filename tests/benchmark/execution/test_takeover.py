"""A renamed grid takes over the cells that its earlier name holds, when they are sound and of the same content."""

import json

import pytest
import yaml

from benchmark import api
from benchmark.execution.takeover import take_over
from tests.benchmark.opened import open_plan


@pytest.fixture
def renamed(finished_run):
    content = yaml.safe_load(finished_run.grid.read_text())
    grid = finished_run.grid.with_name("renamed.yaml")
    grid.write_text(yaml.safe_dump(content | {"name": "renamed"}))
    return grid, finished_run.workspace


def test_a_renamed_grid_says_who_holds_its_cells_and_computes_none(renamed, caplog, monkeypatch):
    grid, workspace = renamed
    plan, records = open_plan(grid, workspace)
    assert {(p.status, p.reason, p.held_by) for p in plan.cells} == {
        ("missing", "the grid 'small' holds the same; a run takes it over", "small")
    }
    monkeypatch.setattr(api, "_compute", lambda *_: pytest.fail("computed"))
    results = api.run(grid, workspace, track=False)
    assert len(results.cells) == len(plan.cells) > 0
    assert {record.grid for record in results.cells} == {"renamed"}
    assert f"{len(plan.cells)} cells were taken over from the grid 'small'" in caplog.text
    for planned in plan.cells:
        own, other = (workspace.records(name).cell_folder(planned.cell.id) for name in ("renamed", "small"))
        assert (own / "predictions.parquet").read_bytes() == (other / "predictions.parquet").read_bytes()
        assert json.loads((other / "result.json").read_bytes())["grid"] == "small", "which stays as it was"
    assert not list(records.folder.glob(".*.[0-9]*")), "nothing temporary stays"


@pytest.mark.parametrize("fault", ["fingerprint", "predictions", "record", "failed"])
def test_what_is_damaged_or_computed_otherwise_is_not_taken(renamed, fault):
    grid, workspace = renamed
    plan, _ = open_plan(grid, workspace)
    cell = plan.cells[0].cell.id
    folder = workspace.records("small").cell_folder(cell)
    record = json.loads((folder / "result.json").read_bytes())
    if fault == "predictions":
        (folder / "predictions.parquet").write_bytes(b"")
    elif fault == "record":
        (folder / "result.json").write_text("{}")
    elif fault == "failed":
        (folder / "result.json").write_text(json.dumps(record | {"status": "failed", "error": "x"}))
    else:
        record["fingerprint"]["manifest"] = "another"
        (folder / "result.json").write_text(json.dumps(record))
    again, records = open_plan(grid, workspace)
    held = {planned.cell.id: planned.held_by for planned in again.cells}
    assert held.pop(cell) == ""
    assert set(held.values()) == {"small"}
    taken = take_over(plan, records)  # planned before the damage
    assert {p.status for p in taken.cells if p.cell.id != cell} == {"done"}
    if fault in ("predictions", "record"):
        assert taken.cells[0].status == "missing"
