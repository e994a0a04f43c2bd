"""`make results`: what it leaves and what it writes."""

import sys

import pytest

from benchmark.store.workspace import Workspace
from docs.results_page import __main__ as command
from docs.results_page.page import with_section

PLACES = "".join(
    f"# {grid}\n\n<!-- make results writes this section: {grid}, begin -->\nold\n"
    f"<!-- make results writes this section: {grid}, end -->\n"
    for grid in command.NEEDS
)


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "results.md"
    path.write_text(PLACES)
    return path


def test_a_grid_whose_folders_are_not_there_keeps_its_section(page, monkeypatch, tmp_path):
    monkeypatch.delenv("PNEUMONIA", raising=False)
    monkeypatch.setenv("WEIGHTS", str(tmp_path / "absent"))
    said = command.make("pneumonia", Workspace(tmp_path / "runs"), page)
    assert said == "pneumonia: its section stays as it is: no folder is named by PNEUMONIA and WEIGHTS"
    assert page.read_text() == PLACES
    monkeypatch.setenv("WEIGHTS", str(tmp_path))
    assert command.lacking("crossover") == []
    assert command.lacking("quickstart") == []


@pytest.mark.parametrize("failed", [0, 2])
def test_a_grid_is_run_and_its_section_written_unless_cells_failed(page, monkeypatch, tmp_path, failed):
    run = []
    monkeypatch.setattr(command, "run_grid", lambda path, *_, **how: run.append((path.name, how)) or failed)
    monkeypatch.setattr(command.api, "load_results", lambda workspace, path: path.stem)
    monkeypatch.setattr(command, "section", lambda results, grid, folder: f"{results} in {folder.name}")
    words = ["results", "--only", "quickstart", "--workspace", str(tmp_path / "runs"), "--page", str(page)]
    monkeypatch.setattr(sys, "argv", words)
    command.main()
    assert [name for name, how in run] == ["quickstart.yaml"]
    assert run[0][1]["track"] is False
    new = with_section(PLACES, "quickstart", f"quickstart in {tmp_path.name}")
    assert page.read_text() == (PLACES if failed else new)
