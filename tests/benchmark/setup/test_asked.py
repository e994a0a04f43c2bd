import pytest

from benchmark.errors import UserError
from benchmark.setup.asked import path_in_grid
from tests.benchmark.setup.drawn import asked_of


def test_paths_below_the_grid_are_relative_and_others_absolute(tmp_path):
    assert path_in_grid(tmp_path / "data/x", tmp_path) == "data/x"
    assert path_in_grid(tmp_path / "data", tmp_path / "grids") == str(tmp_path / "data")
    assert path_in_grid(tmp_path / "~data", tmp_path) == "./~data"


def test_a_path_that_a_grid_would_expand_is_refused(tmp_path):
    with pytest.raises(UserError, match="rename"):
        path_in_grid(tmp_path / "${HOME}", tmp_path)


def test_files_beside_the_grid_are_called_like_it(tmp_path):
    assert asked_of(tmp_path, tmp_path).beside("-manifest.csv") == tmp_path / "grid-manifest.csv"
