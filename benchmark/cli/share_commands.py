"""The commands for results that leave the machine or come in. Slow imports are inside the commands."""

from pathlib import Path

import click

from benchmark.cli.options import FILE, FOLDER, grid_file_option, grid_option, jobs_option, workspace_option


@click.command("export")
@grid_option
@click.option("--out", type=FILE, required=True, help="The file to write (.zip).")
@workspace_option
def export_command(grid_file: Path, out: Path, workspace: Path) -> None:
    """Write a grid's results into one file to give away: no pixels, no patient ids, no folders."""
    from benchmark.cli.share import export_results
    from benchmark.store.workspace import Workspace

    export_results(grid_file, Workspace(workspace), out)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE)
@grid_file_option("The grid file, where its data set is here.")
@workspace_option
def import_command(files: tuple[Path, ...], grid_file: Path | None, workspace: Path) -> None:
    """Read exports of a grid into the workspace, several into one; with --grid, ids come back.

    Exports that were tested on other patients are refused. Cells that are there already stay.
    """
    from benchmark.cli.share import import_results
    from benchmark.store.workspace import Workspace

    import_results(files, grid_file, Workspace(workspace))


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--out", type=FOLDER, required=True, help="Folder for leaderboard.html and leaderboard.json.")
@jobs_option
def leaderboard(files: tuple[Path, ...], out: Path, jobs: int | None) -> None:
    """Compare exports, of one or several grids, data sets and sites, on one page.

    Exports of one test set are compared directly, paired by patient; over data sets ranks alone are.
    """
    from benchmark.cli.share import show_leaderboard

    show_leaderboard(files, out, jobs)
