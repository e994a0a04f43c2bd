import json
from dataclasses import replace

import pytest

from benchmark import api
from benchmark.errors import UserError
from benchmark.execution.plan import make_plan
from benchmark.sharing.export import export_grid
from benchmark.sharing.importing import import_into_plan, import_numbered
from benchmark.store.records import PREDICTIONS, RESULT, Records
from benchmark.store.workspace import Workspace
from tests.benchmark.opened import open_plan


@pytest.fixture(scope="module")
def halves(small_run, tmp_path_factory):
    """Two exports of the small grid, with two cells each, that name the comparisons of their own."""
    grid, workspace = small_run
    plan, records = open_plan(grid, workspace)
    folder = tmp_path_factory.mktemp("halves")
    paths = []
    for number, cells in enumerate((plan.cells[:2], plan.cells[2:])):
        paths.append(folder / f"{number}.zip")
        export_grid(replace(plan, cells=cells), records, paths[-1])
    return paths


def files_of(workspace):
    cells = sorted((workspace.folder / "small").glob("*/*"))
    return {
        path.parent.name + "/" + path.name: path.read_bytes()
        for path in cells
        if path.name in (RESULT, PREDICTIONS)
    }


def test_with_the_data_the_cells_are_as_if_they_had_been_computed_here(small_run, halves, tmp_path):
    grid, workspace = small_run
    there = Workspace(tmp_path / "runs")
    found = import_into_plan(halves, *open_plan(grid, there))
    assert (found.written, found.there) == (4, 0)
    assert files_of(there) == files_of(workspace)
    again, _ = open_plan(grid, there)
    assert [planned.status for planned in again.cells] == ["done"] * 4
    assert import_into_plan(halves, *open_plan(grid, there)).there == 4


def test_two_halves_without_the_data_make_one_grid_with_the_same_answers(small_run, halves, tmp_path):
    _grid, workspace = small_run
    there = Workspace(tmp_path / "runs")
    assert import_numbered(halves[:1], there).written == 2
    assert import_numbered(halves[1:], there).written == 2
    own, read = api.load_results(workspace, "small"), api.load_results(there, "small")
    assert len(read.cells) == 4
    for mine, theirs in zip(own.answers.points, read.answers.points, strict=True):
        assert (theirs.axes, theirs.value, theirs.train_images) == (mine.axes, mine.value, mine.train_images)
        assert theirs.low == pytest.approx(mine.low, abs=0.1)  # patients are drawn anew, by their numbers
        assert theirs.high == pytest.approx(mine.high, abs=0.1)


def test_other_test_patients_are_refused_and_nothing_is_written(small_run, halves, tmp_path):
    grid, _ = small_run
    plan, records = open_plan(grid, Workspace(tmp_path / "runs"))
    with pytest.raises(
        UserError, match="was tested on other images, patients or labels than the data set of"
    ):
        import_into_plan(halves, replace(plan, test=plan.test[1:]), records)
    assert not records.folder.exists()


def test_numbers_are_not_mixed_with_real_ids(finished_run, halves):
    _, workspace = finished_run
    with pytest.raises(UserError, match="name the grid file with --grid"):
        import_numbered(halves, workspace)


def test_a_damaged_cell_writes_none(small_run, halves, tmp_path):
    from benchmark.sharing.archive import Archive, write_archive

    archive = Archive(halves[0])
    cells = [*archive.cells()]
    (first, _), (last, files) = cells[0], cells[-1]
    cells[-1] = last, {**files, RESULT: json.dumps({"cell": last}).encode()}
    write_archive(tmp_path / "bad.zip", archive.index, "", cells)
    with pytest.raises(UserError, match=f"the cell {last} cannot be used"):
        import_numbered([tmp_path / "bad.zip"], Workspace(tmp_path / "runs"))
    assert not (tmp_path / "runs" / "small" / first).exists()


def test_exports_of_two_grids_are_imported_one_by_one(halves, tmp_path):
    from benchmark.sharing.archive import Archive, write_archive

    archive = Archive(halves[1])
    other = archive.index.model_copy(update={"grid": "other"})
    write_archive(tmp_path / "other.zip", other, "", archive.cells())
    with pytest.raises(UserError, match="import each by itself"):
        import_numbered([halves[0], tmp_path / "other.zip"], Workspace(tmp_path / "runs"))


def elsewhere(plan, folder):
    """The plan of the same grid and data in a workspace where nothing is done."""
    records = Records(folder, plan.grid.name)
    return make_plan(plan.grid, plan.manifest, records), records


def test_an_export_that_lost_a_test_image_is_of_other_patients(lost, tmp_path):
    (whole, own, complete), (_, _, fewer), (_, _, same) = (lost[name] for name in ("none", "test", "train"))
    with pytest.raises(UserError, match="was tested on other images"):
        import_numbered([complete, fewer], Workspace(tmp_path / "numbered"))
    with pytest.raises(UserError, match="was tested on other images"):
        import_into_plan([fewer], whole, own)
    with pytest.raises(UserError, match="was tested on other images"):
        import_into_plan([complete, fewer], *elsewhere(whole, tmp_path / "both"))
    assert import_numbered([complete, same], Workspace(tmp_path / "trained")).written == len(whole.cells)


def test_an_export_that_lost_a_test_image_comes_back_where_the_data_are(lost, tmp_path):
    plan, records, export = lost["test"]
    again, there = elsewhere(plan, tmp_path)
    assert import_into_plan([export], again, there).written == len(plan.cells)
    cell = plan.cells[0].cell.id
    assert there.read(cell).unreadable == records.read(cell).unreadable != []
    assert import_into_plan([export], *lost["test"][:2]).there == len(plan.cells)


def test_an_index_that_does_not_count_a_lost_image_is_refused(lost, tmp_path):
    from benchmark.sharing.archive import Archive, write_archive

    plan, _, fewer = lost["test"]
    index = Archive(lost["none"][2]).index
    write_archive(tmp_path / "old.zip", index, "", Archive(fewer).cells())
    with pytest.raises(UserError, match=r"than its export\.json says"):
        import_into_plan([lost["none"][2], tmp_path / "old.zip"], *elsewhere(plan, tmp_path / "runs"))
