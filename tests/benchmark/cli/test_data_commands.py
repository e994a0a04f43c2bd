"""The commands below `benchmark data`, as they are typed."""

import pytest


def test_augment_draws_each_recipe(write_grid, tmp_path, call):
    grid = write_grid(fine_tuning={"backbones": ["bundled"], "recipe": "default"})
    done = call("data", "augment", "--grid", grid, "--out", tmp_path / "out")
    assert (done.status, done.err) == (0, "")
    assert "augmentation_end" in done.out
    assert len(list((tmp_path / "out").glob("augmentation_*.png"))) == 1


def test_augment_without_fine_tuning_is_one_line(write_grid, tmp_path, call):
    done = call("data", "augment", "--grid", write_grid(), "--out", tmp_path / "out")
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert "no fine_tuning section" in done.err


def test_phantom_and_verify_work_together(tmp_path, call):
    options = ("--patients", "10", "--long-side", "32", "--jobs", "1")
    assert call("data", "phantom", tmp_path / "p", *options).status == 0
    done = call("data", "verify", tmp_path / "p", "--jobs", "1")
    assert done.status == 1, "ten patients leave parts with one class, which is an error"
    assert "DATA005" in done.out


@pytest.mark.parametrize("command", ["augment", "explore", "manifest"])
def test_a_missing_option_is_named(command, call):
    done = call("data", command, *(["x"] if command == "explore" else []))
    assert done.status == 2
    assert "Missing option" in done.err
