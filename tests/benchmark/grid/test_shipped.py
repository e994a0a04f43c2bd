"""A grid that ships with the package is found by its name, in a clone and beside the modules of a wheel."""

from pathlib import Path

import pytest

from benchmark.errors import UserError
from benchmark.grid import shipped
from benchmark.grid.schema import read_grid
from benchmark.grid.shipped import grid_path, shipped_grids

GRIDS = Path(__file__).parents[3] / "grids"


def test_every_grid_has_a_name():
    assert set(shipped_grids().values()) == set(GRIDS.rglob("*.yaml"))
    assert grid_path("quickstart") == GRIDS / "quickstart.yaml"
    assert grid_path("literature/001") == GRIDS / "literature" / "001.yaml"
    assert read_grid("quickstart").name == "quickstart"


def test_a_wheel_has_them_beside_its_modules(monkeypatch, tmp_path):
    (tmp_path / "small.yaml").write_text("name: small\n")
    monkeypatch.setattr(shipped, "_PLACES", (tmp_path / "absent", tmp_path))
    shipped_grids.cache_clear()
    try:
        assert shipped_grids() == {"small": tmp_path / "small.yaml"}
        monkeypatch.setattr(shipped, "_PLACES", ())
        shipped_grids.cache_clear()
        assert shipped_grids() == {}
    finally:
        shipped_grids.cache_clear()


def test_a_file_goes_before_a_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("quickstart").write_text("name: own\n")
    assert grid_path("quickstart") == Path("quickstart")


def test_what_is_neither_is_told(tmp_path):
    with pytest.raises(UserError, match=r"^quickstrat: no file, and .*; did you mean 'quickstart'\?"):
        read_grid("quickstrat")
    assert grid_path(tmp_path / "absent.yaml") == tmp_path / "absent.yaml", "read_grid tells its path"
