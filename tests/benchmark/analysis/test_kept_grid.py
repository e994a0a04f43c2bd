"""What is kept of a grid comes back, and what an earlier version kept is of use."""

import json

import pytest

from benchmark.analysis.kept_grid import keep_grid, kept_of, planned_of, read_kept_grid
from benchmark.errors import UserError
from benchmark.store.records import Records


@pytest.fixture
def kept(whole, tmp_path):
    plan, _ = whole
    records = Records(tmp_path, "planted")
    records.folder.mkdir()
    keep_grid(kept_of(plan), records)
    return plan, records


def change(records, **keys):
    path = records.folder / "grid.json"
    content = json.loads(path.read_text()) | keys
    path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))


def test_what_is_kept_comes_back(kept):
    plan, records = kept
    found = read_kept_grid(records)
    assert (found.evaluation, found.dataset) == (plan.grid.evaluation, plan.grid.dataset)
    assert list(found.cells) == [planned.cell.id for planned in plan.cells]
    assert found.planned == planned_of(plan)


@pytest.mark.parametrize("dataset", [None, {"kind": "of a package that is gone", "root": "x"}])
def test_without_a_data_set_the_rest_is_of_use(kept, dataset):
    plan, records = kept
    change(records, dataset=dataset, comparisons=None)
    found = read_kept_grid(records)
    assert (found.dataset, found.planned) == (None, None)
    assert found.evaluation == plan.grid.evaluation


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1]"])
def test_a_damaged_file_is_one_line(kept, text):
    _, records = kept
    (records.folder / "grid.json").write_text(text)
    with pytest.raises(UserError, match="holds no grid 'planted' that this version has run; give the grid"):
        read_kept_grid(records)
