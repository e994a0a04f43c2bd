"""The page of grids shows each file whole."""

from pathlib import Path

from docs.hooks.shipped import shipped_grids

ROOT = Path(__file__).parents[3]


def test_every_grid_is_there_as_it_is():
    page = shipped_grids()
    for file in (ROOT / "grids").rglob("*.yaml"):
        assert file.read_text(encoding="utf-8").rstrip() in page
        assert f"## `{file.relative_to(ROOT).as_posix()}`" in page
    assert "{#literature-001_patient}" in page
