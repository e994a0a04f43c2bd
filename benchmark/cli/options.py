"""Options that several commands have."""

import logging
from collections.abc import Callable
from pathlib import Path

import click

from extractors.engines import AUTO, NAMES
from results.names import TASKS

Command = Callable[..., None]
FILE = click.Path(path_type=Path)
FOLDER = click.Path(path_type=Path, file_okay=False)


def _grid_path(given: str) -> Path:
    from benchmark.grid.shipped import grid_path

    return grid_path(given)


def grid_file_option(text: str, required: bool = False) -> Callable[[Command], Command]:
    """The option --grid: a file, or the name of a grid that ships with the package."""
    return click.option("--grid", "grid_file", type=_grid_path, metavar="FILE", required=required, help=text)


grid_option = grid_file_option(
    "The grid file (YAML), or the name of a shipped grid, such as quickstart.", True
)
grid_or_name_option = click.option(
    "--grid", required=True, help="The grid file, or the name of a grid that was run in the workspace."
)
workspace_option = click.option(
    "--workspace",
    type=FOLDER,
    default=Path("runs"),
    envvar="BENCHMARK_WORKSPACE",
    show_default=True,
    show_envvar=True,
    help="Where records, cache and MLflow's database are.",
)
tracking_option = click.option(
    "--tracking-uri",
    envvar="MLFLOW_TRACKING_URI",
    show_envvar=True,
    help="An MLflow server instead of SQLite in the workspace.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per row.")
full_option = click.option("--full", is_flag=True, help="Every table, not only the answer.")
jobs_option = click.option(
    "--jobs", type=click.IntRange(min=1), help="Processes at once; default: one per core."
)

device_option = click.option(
    "--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps."
)
engine_option = click.option(
    "--engine",
    type=click.Choice(NAMES),
    default=AUTO,
    show_default=True,
    help="What runs frozen networks; torch where it does not give the same.",
)
embedding_processes_option = click.option(
    "--embedding-processes",
    type=click.IntRange(min=1),
    help="Processes that share the cores to embed on the CPU; default: one for each 8 cores.",
)

_executor_options = (
    click.option(
        "--executor",
        type=click.Choice(["local", "dask", "slurm", "array"]),
        default="local",
        show_default=True,
        help="Where cells are computed: here, on a Dask cluster, in SLURM jobs; array prints a SLURM script.",
    ),
    click.option("--scheduler", default="", help="The address of a Dask scheduler; default: started here."),
    click.option("--workers", type=click.IntRange(min=1), help="Workers of the cluster at most."),
    click.option("--partition", default="", help="SLURM's partition."),
    click.option(
        "--gpu-processes",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="Processes that compute side by side on each GPU; each has its part of the memory.",
    ),
    click.option("--track/--no-track", default=True, help="Log to MLflow, or leave it to `benchmark track`."),
)


def executor_options(command: Command) -> Command:
    """The options that say where cells are computed, and whether this process writes to MLflow."""
    for option in reversed(_executor_options):
        command = option(command)
    return command


def _show_log(context: click.Context, _: click.Parameter, count: int) -> None:
    """Set the log level: warnings, with -v INFO, with -vv DEBUG; -v may come before or after the command."""
    if count or context.parent is None:
        from benchmark.cli.logs import log_to  # imports rich, which would make --help slow

        log_to((logging.WARNING, logging.INFO, logging.DEBUG)[min(count, 2)])


verbose_option = click.option(
    "-v",
    "--verbose",
    count=True,
    expose_value=False,
    callback=_show_log,
    help="Show the log; -vv: details too.",
)
outside_option = click.option(
    "--allow-outside", is_flag=True, help="Also read images outside of the data set's folder (links, `..`)."
)

_label_options = (
    click.option(
        "--task",
        type=click.Choice(TASKS),
        help="What the labels are.  [default: binary; multilabel where the table has columns label:NAME]",
    ),
    click.option("--classes", metavar="NAMES", default="", help="The classes, in order of grades, as a,b,c."),
)


def label_options(command: Command) -> Command:
    """The options that say what the labels of a data set are, as the keys of a grid's `dataset` do."""
    for option in reversed(_label_options):
        command = option(command)
    return command
