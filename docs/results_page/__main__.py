"""Run the grids of docs/results.md, as far as they are not done, and write their sections and pictures anew.

A grid whose data or weights are not on this machine keeps its section as it is.
"""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from benchmark import api
from benchmark.cli.run import run_grid
from benchmark.grid.shipped import grid_path
from benchmark.store.workspace import Workspace
from docs.results_page.page import with_section
from docs.results_page.section import section

PAGE = Path(__file__).parents[1] / "results.md"
# the grids of the page, each with the environment variables that name folders it needs
NEEDS: Mapping[str, tuple[str, ...]] = {
    "quickstart": (),
    "crossover": ("WEIGHTS",),
    "crossover_adapted": ("WEIGHTS",),
    "pneumonia": ("PNEUMONIA", "WEIGHTS"),
    "pneumonia_adapted": ("PNEUMONIA", "WEIGHTS"),
}


def lacking(grid: str) -> list[str]:
    """The environment variables of a grid that name no folder."""
    return [name for name in NEEDS[grid] if not (os.environ.get(name) and Path(os.environ[name]).is_dir())]


def make(grid: str, workspace: Workspace, page: Path) -> str:
    """Run a grid and write its section into the page; says in one line what was done, or why it was left."""
    names = lacking(grid)
    if names:
        return f"{grid}: its section stays as it is: no folder is named by {' and '.join(names)}"
    failed = run_grid(
        grid_path(grid), workspace, jobs=None, device="auto", skip_unreadable=False, track=False
    )
    if failed:
        return f"{grid}: its section stays as it is: {failed} cells failed (benchmark status says why)"
    text = section(api.load_results(workspace, grid_path(grid)), grid, page.parent)
    page.write_text(with_section(page.read_text(encoding="utf-8"), grid, text), encoding="utf-8")
    return f"{grid}: its section in {page.name} was written"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m docs.results_page", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=NEEDS, default=list(NEEDS), help="of the grids")
    parser.add_argument("--workspace", type=Path, default=Path("runs"))
    parser.add_argument("--page", type=Path, default=PAGE)
    asked, console = parser.parse_args(), Console(soft_wrap=True)
    for grid in asked.only:
        console.print(make(grid, Workspace(asked.workspace), asked.page), highlight=False)


if __name__ == "__main__":
    main()
