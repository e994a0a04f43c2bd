"""The commands on finished results: status, compare, power, sites and report. They fit nothing."""

from pathlib import Path

import click

from benchmark.cli.options import (
    FOLDER,
    full_option,
    grid_option,
    grid_or_name_option,
    jobs_option,
    json_option,
    tracking_option,
    workspace_option,
)


@click.command()
@grid_option
@workspace_option
@json_option
@click.option("--watch", is_flag=True, help="Follow a run, also one of other machines, until it has ended.")
def status(grid_file: Path, workspace: Path, as_json: bool, watch: bool) -> None:
    """Show the finished results with their intervals; with --watch, who computes what."""
    from benchmark.store.workspace import Workspace

    if watch:
        from benchmark.cli.watch import watch_run
        from benchmark.grid.schema import read_grid

        watch_run(read_grid(grid_file), Workspace(workspace))
        return
    from benchmark.cli.run import show_status

    show_status(grid_file, Workspace(workspace), as_json)


@click.command()
@grid_or_name_option
@workspace_option
@full_option
@json_option
def compare(grid: str, workspace: Path, full: bool, as_json: bool) -> None:
    """Freeze or fine-tune? Show the answer, and the paired differences with their intervals."""
    from benchmark.cli.run import show_comparison
    from benchmark.store.workspace import Workspace

    show_comparison(grid, Workspace(workspace), as_json, full)


@click.command()
@grid_option
@workspace_option
@click.option(
    "--difference",
    type=click.FloatRange(min=0, min_open=True),
    help="The true difference to find; default: the grid's margin.",
)
@json_option
def power(grid_file: Path, workspace: Path, difference: float | None, as_json: bool) -> None:
    """How many seeds, test studies or labelled images would settle it? From the finished results."""
    from benchmark.cli.power import show_power
    from benchmark.store.workspace import Workspace

    show_power(grid_file, Workspace(workspace), difference, as_json)


@click.command()
@grid_option
@workspace_option
def sites(grid_file: Path, workspace: Path) -> None:
    """Leave one site out: write a grid per site of the column `site`, and judge over their results.

    The files are beside GRID, one per site, each to be run as any grid. Those that are there stay.
    """
    from benchmark.cli.sites import show_sites
    from benchmark.store.workspace import Workspace

    show_sites(grid_file, Workspace(workspace))


@click.command()
@grid_option
@click.option("--out", type=FOLDER, required=True, help="Folder for the page, figures and tables.")
@workspace_option
@tracking_option
@jobs_option
@click.option(
    "--projection",
    type=click.Choice(["pca", "umap"]),
    default="pca",
    show_default=True,
    help="Of embeddings, onto two axes; umap needs the extra of that name.",
)
def report(
    grid_file: Path, out: Path, workspace: Path, tracking_uri: str | None, jobs: int | None, projection: str
) -> None:
    """Write figures, tables and a page for a paper from the finished results; fit nothing."""
    from benchmark.cli.report import report_grid
    from benchmark.store.workspace import Workspace

    report_grid(grid_file, Workspace(workspace, tracking_uri), out, jobs, projection)
