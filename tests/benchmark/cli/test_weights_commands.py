"""The commands below `benchmark weights`, as they are typed."""

import pytest


@pytest.mark.parametrize("command", [("fetch", "resnet18"), ("export",), ("pretrain",)])
def test_a_missing_option_is_named(command, call):
    done = call("weights", *command)
    assert done.status == 2
    assert "Missing option" in done.err


def test_a_grid_that_needs_no_weights_exports_none(write_grid, tmp_path, call):
    grid = write_grid(feature_extraction={"backbones": ["bundled"], "classifiers": ["majority"]})
    done = call("weights", "export", "--grid", grid, "--to", tmp_path / "w")
    assert (done.status, done.err) == (0, "")
    assert "needs no weights" in done.out


def test_a_folder_that_is_no_export_is_one_line(tmp_path, call):
    done = call("weights", "verify", tmp_path)
    assert done.status == 2
    assert done.err.count("\n") == 1
