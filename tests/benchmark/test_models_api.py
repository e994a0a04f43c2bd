import pytest

import benchmark as bm
from benchmark import api, models_api
from benchmark.grid.subgroups import Subgroup


@pytest.mark.parametrize("name", ["explain", "load_model", "localisation", "model_card"])
def test_the_functions_are_those_of_the_api(name):
    assert getattr(bm, name) is getattr(api, name) is getattr(models_api, name)


def test_a_model_is_found_by_the_grids_name(kept_run):
    _, records = kept_run
    with pytest.raises(bm.UserError, match="0 kept models begin with 'x'; there are"):
        bm.load_model(records.folder.parent, "kept", "x")


def test_a_gallery_of_a_grid_that_was_never_run_is_one_line(tmp_path):
    with pytest.raises(bm.UserError, match="the grid 'other' has kept no model"):
        bm.explain(tmp_path, "other", "x", out=tmp_path / "out")


def test_maps_of_results_by_name_have_no_boxes(kept_run):
    _, records = kept_run
    with pytest.raises(bm.UserError, match="boxes belong to the data"):
        bm.localisation(bm.load_results(records.folder.parent, "kept"))


def test_a_model_card_is_written_with_the_groups_that_the_grid_names(kept_run, tmp_path):
    plan, records = kept_run
    cell = next(record.cell for record in records.all() if records.has_model(record.cell))
    workspace = records.folder.parent
    by_name = bm.model_card(workspace, "kept", cell, tmp_path / "card.md").read_text()
    assert "Not worked out" in by_name
    assert (
        "names no `subgroups`" in bm.model_card(workspace, plan.grid, cell, tmp_path / "card.md").read_text()
    )
    asked = plan.grid.evaluation.model_copy(update={"subgroups": (Subgroup(column="sex"),)})
    with pytest.raises(bm.UserError, match="subgroups: the data set has no column 'sex'"):
        bm.model_card(
            workspace, plan.grid.model_copy(update={"evaluation": asked}), cell, tmp_path / "card.md"
        )
    with pytest.raises(bm.UserError, match="cannot be written"):
        bm.model_card(workspace, "kept", cell, tmp_path)
