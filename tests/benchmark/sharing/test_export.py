import json
import zipfile
from dataclasses import replace

import pytest

from benchmark.errors import UserError
from benchmark.sharing.export import export_grid
from benchmark.store.records import Records
from tests.benchmark.opened import open_plan


def test_an_export_holds_every_done_cell_and_no_id_or_folder(small_run, tmp_path):
    grid, workspace = small_run
    plan, records = open_plan(grid, workspace)
    out = tmp_path / "e.zip"
    assert export_grid(plan, records, out) == 4
    with zipfile.ZipFile(out) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        names = archive.namelist()
    assert len([name for name in names if name.endswith("predictions.parquet")]) == 4
    for column in ("image", "study", "patient"):
        for value in plan.manifest.images[column].astype(str).unique():
            assert value.encode() not in everything
    for folder in (plan.manifest.root, workspace.folder, grid.parent):
        assert str(folder).encode() not in everything
    index = json.loads(zipfile.ZipFile(out).read("export.json"))
    assert index["grid"] == "small"
    assert len(index["kept"]["cells"]) == 4


def test_nothing_done_a_taken_name_and_no_folder_are_one_line(small_run, tmp_path):
    grid, workspace = small_run
    plan, records = open_plan(grid, workspace)
    (tmp_path / "e.zip").write_text("mine")
    with pytest.raises(UserError, match="is there already"):
        export_grid(plan, records, tmp_path / "e.zip")
    assert (tmp_path / "e.zip").read_text() == "mine"
    with pytest.raises(UserError, match="is no folder"):
        export_grid(plan, records, tmp_path / "absent" / "e.zip")
    with pytest.raises(UserError, match="no cell is done yet"):
        export_grid(plan, Records(tmp_path, "small"), tmp_path / "f.zip")


def test_a_cell_of_other_images_is_one_line(small_run, tmp_path):
    grid, workspace = small_run
    plan, records = open_plan(grid, workspace)
    images = plan.manifest.images.assign(image=["other/" + name for name in plan.manifest.images["image"]])
    other = replace(plan, manifest=replace(plan.manifest, images=images))
    with pytest.raises(
        UserError, match=r"cannot be exported, as it is not of these images \('.*' is no image of"
    ):
        export_grid(other, records, tmp_path / "e.zip")
    assert not list(tmp_path.iterdir())


def test_cells_that_left_out_different_images_are_one_line(whole, tmp_path):
    plan, records = whole
    first = records.read(plan.cells[0].cell.id)

    class OneLeftOut(Records):
        def read(self, cell):
            found = super().read(cell)
            return found.model_copy(update={"unreadable": ["a.png"]}) if cell == first.cell else found

    with pytest.raises(UserError, match=r"left out different images that could not be read \(0 and 1\)"):
        export_grid(plan, OneLeftOut(records.folder.parent, records.folder.name), tmp_path / "e.zip")
