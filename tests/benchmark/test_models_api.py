import pytest

import benchmark as bm
from benchmark import api, models_api


@pytest.mark.parametrize("name", ["explain", "load_model", "localisation"])
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
