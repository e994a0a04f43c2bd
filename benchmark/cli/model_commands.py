"""The commands that use a kept model. Slow imports are inside the commands."""

import sys
from pathlib import Path
from typing import Any

import click

from benchmark.cli.options import (
    FILE,
    FOLDER,
    device_option,
    engine_option,
    grid_or_name_option,
    json_option,
    workspace_option,
)

cell_option = click.option(
    "--cell", default="", help="The cell's id, or its beginning; without it, the kept models are listed."
)
each_image_option = click.option(
    "--each-image", is_flag=True, help="Every image is a study; else the images of a folder are one."
)
coverage_option = click.option(
    "--coverage",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.9,
    show_default=True,
    help="How often the true class must be among those not ruled out; where both remain, it abstains.",
)


@click.command()
@grid_or_name_option
@cell_option
@click.argument("paths", nargs=-1, required=True, type=FILE)
@each_image_option
@coverage_option
@workspace_option
@device_option
@engine_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, a line per study.")
def predict(paths: tuple[Path, ...], as_json: bool, as_csv: bool, **asked: Any) -> None:
    """Judge images, studies or folders with a kept model.

    Exit status 2 when an image cannot be read; the others are judged all the same.
    """
    from benchmark.cli.predict import Asked, predict_paths

    if as_json and as_csv:
        raise click.UsageError("--json and --csv cannot both be printed")
    sys.exit(predict_paths(paths, "json" if as_json else "csv" if as_csv else "table", Asked(**asked)))


@click.command()
@grid_or_name_option
@cell_option
@click.argument("paths", nargs=-1, type=FILE)
@click.option("--out", type=FOLDER, required=True, help="Folder for the pictures and explanations.html.")
@each_image_option
@workspace_option
@device_option
@engine_option
def explain(paths: tuple[Path, ...], out: Path, **asked: Any) -> None:
    """Show what speaks for abnormal, as pictures with maps and a page.

    In the named images, studies or folders; without any, in the test set's most confident judgements, right
    and wrong. Exit status 2 when an image cannot be read; the others are shown all the same.
    """
    from benchmark.cli.explain import explain_paths

    sys.exit(explain_paths(paths, out, **asked))


@click.command()
@grid_or_name_option
@cell_option
@click.argument("paths", nargs=-1, required=True, type=FILE)
@click.option("--out", type=FOLDER, required=True, help="Folder for worklist.csv and worklist.html.")
@each_image_option
@coverage_option
@workspace_option
@device_option
@engine_option
def worklist(paths: tuple[Path, ...], out: Path, **asked: Any) -> None:
    """Order studies by the probability that a kept model gives them, as CSV and as a page with pictures.

    Exit status 2 when an image cannot be read; its study is the last.
    """
    from benchmark.cli.predict import Asked, write_list

    sys.exit(write_list(paths, out, Asked(**asked)))


@click.command("model-card")
@grid_or_name_option
@cell_option
@click.option("--out", type=FILE, default=Path("model_card.md"), show_default=True, help="The file to write.")
@workspace_option
def model_card(grid: str, cell: str, out: Path, workspace: Path) -> None:
    """Describe a kept model in Markdown: use, data, metrics, limits, versions, licences."""
    from benchmark import api
    from benchmark.cli.terminal import say, shown

    say(f"{shown(api.model_card(workspace, grid, cell, out))}: read it before you give the model away")


@click.command()
@click.option("--grid", help="Offer one grid's models (a file, or a name); default: all of the workspace.")
@coverage_option
@workspace_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65535))
def app(grid: str | None, coverage: float, workspace: Path, host: str, port: int) -> None:
    """Open a page that judges uploaded studies with kept models. Not a medical device."""
    from benchmark.cli.app import serve
    from benchmark.store.workspace import Workspace

    sys.exit(serve(Workspace(workspace), grid, coverage, host, port))
