"""The commands that prepare a first run. Slow imports are inside the commands."""

import sys
from pathlib import Path
from typing import Any

import click

from benchmark.cli.options import (
    FILE,
    grid_file_option,
    label_options,
    tracking_option,
    verbose_option,
    workspace_option,
)


@click.command()
@click.argument("data", type=FILE)
@click.option(
    "--out", type=FILE, default=Path("grid.yaml"), show_default=True, help="The grid file to write."
)
@click.option("--name", default="", help="Of the grid; default: that of the data.")
@click.option(
    "--abnormal", metavar="NAMES", default="", help="Folders or labels that count as abnormal, as a,b."
)
@label_options
@click.option("--labels", type=FILE, help="The CSV of labels of DICOM files.")
@click.option("--guess-patients", is_flag=True, help="Of class folders: take words as person1 for patients.")
@click.option("--hours", type=float, default=8.0, show_default=True, help="That a run may take here.")
@click.option("--ask", is_flag=True, help="Ask a few questions first.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@workspace_option
@verbose_option
def init(data: Path, out: Path, workspace: Path, **asked: Any) -> None:
    """Write a commented grid that fits DATA and this machine, and that runs as it is.

    DATA is a folder of class folders (normal/ and abnormal/, or several with --task, also in train/, val/ and
    test/), a manifest CSV,
    MURA's folder, a MedMNIST file (.npz), or a folder of DICOM files. A manifest is written beside the grid
    where there is none. What was taken for what is said, and is in the grid's first lines.
    """
    from benchmark.cli.init import init_grid
    from benchmark.store.workspace import Workspace

    init_grid(data, out, Workspace(workspace), **asked)


@click.command()
@grid_file_option("A grid file: also checks what it needs.")
@workspace_option
@tracking_option
@click.option("--scheduler", default="", help="The address of a Dask scheduler to ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a bug report, without paths or names.")
def doctor(
    grid_file: Path | None, workspace: Path, tracking_uri: str | None, scheduler: str, as_json: bool
) -> None:
    """Find what stands in the way of a run on this machine, and what to do about it.

    Exit status 0 when nothing does, 1 when something does, 2 for bad input.
    """
    from benchmark.cli.doctor import show_findings
    from benchmark.store.workspace import Workspace

    place = Workspace(workspace, tracking_uri)
    sys.exit(1 if show_findings(grid_file, place, scheduler, as_json) else 0)
