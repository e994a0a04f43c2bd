from pathlib import Path

import pytest

from benchmark.api_arguments import grid_name, grid_of, is_name, workspace_of
from benchmark.errors import UserError
from benchmark.store.workspace import Workspace


def test_a_grid_is_itself_or_that_of_a_file(write_grid):
    path = write_grid()
    assert grid_of(path) == grid_of(str(path)) == grid_of(grid_of(path))
    assert grid_name(path) == grid_name(str(path)) == grid_name(grid_of(path)) == "small"


def test_what_is_no_file_is_a_name(write_grid):
    assert is_name("small")
    assert not is_name(str(write_grid()))
    assert not is_name("absent.yaml")
    assert grid_name("small") == "small"
    with pytest.raises(UserError, match=r"absent\.yaml"):
        grid_name("absent.yaml")


def test_a_workspace_is_a_folder_with_or_without_another_store(tmp_path):
    place = workspace_of(tmp_path)
    assert workspace_of(place) == place == Workspace(tmp_path)
    assert workspace_of(place, "http://x").tracking_uri == "http://x"
    assert workspace_of("runs").folder == Path("runs").absolute()
