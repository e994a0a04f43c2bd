"""What the API takes for a grid and for a workspace."""

from dataclasses import replace
from pathlib import Path

from benchmark.grid.schema import Grid, read_grid
from benchmark.store.workspace import Workspace

GridLike = Grid | Path | str  # a grid, or the path of a grid file
WorkspaceLike = Workspace | Path | str  # a workspace, or its folder


def grid_of(grid: GridLike) -> Grid:
    """A grid as it is, or that of a file. Raises UserError for a file that is none."""
    return grid if isinstance(grid, Grid) else read_grid(Path(grid))


def workspace_of(workspace: WorkspaceLike, tracking_uri: str | None = None) -> Workspace:
    """A workspace, with another tracking store where one is named."""
    place = workspace if isinstance(workspace, Workspace) else Workspace(Path(workspace).absolute())
    return replace(place, tracking_uri=tracking_uri) if tracking_uri else place


def grid_name(grid: GridLike) -> str:
    """The name of a grid or of the grid in a file; a name is returned as it is."""
    return grid if isinstance(grid, str) and is_name(grid) else grid_of(grid).name


def is_name(grid: str) -> bool:
    """Whether a text is the name of a grid, not the path of a file."""
    return not Path(grid).is_file() and Path(grid).suffix not in (".yaml", ".yml")
