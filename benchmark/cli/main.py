"""The command line: commands, options and error output. Slow imports are inside the commands."""

import gc
import logging
import os
import shlex
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from benchmark.cli.address_space import keep_to_address_space
from benchmark.cli.answer_commands import compare, power, report, sites, status
from benchmark.cli.data_commands import data
from benchmark.cli.model_commands import app, explain, model_card, predict, worklist
from benchmark.cli.options import (
    FOLDER,
    device_option,
    embedding_processes_option,
    engine_option,
    executor_options,
    full_option,
    grid_option,
    jobs_option,
    json_option,
    tracking_option,
    verbose_option,
    workspace_option,
)
from benchmark.cli.setup_commands import doctor, init
from benchmark.cli.share_commands import export_command, import_command, leaderboard
from benchmark.cli.signals import ENDING, SignalledError, exiting_on
from benchmark.cli.weights_commands import weights
from benchmark.errors import UserError, reason
from results.text import for_terminal

if TYPE_CHECKING:
    from benchmark.execution.cluster.opened import Kind

_STOPPED = "stopped; finished results are kept, and the same command continues from there"
logger = logging.getLogger(__name__)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="benchmark")
@verbose_option
def cli() -> None:
    """Freeze the network, or fine-tune it? Compare both on the same radiographs."""


@cli.command()
@grid_option
@workspace_option
@tracking_option
@jobs_option
@device_option
@engine_option
@embedding_processes_option
@click.option("--skip-unreadable", is_flag=True, help="Leave out images that cannot be read, and list them.")
@click.option(
    "--report", "report_folder", type=FOLDER, help="Write the report there, too: `benchmark report --out`."
)
@full_option
@executor_options
@verbose_option
def run(
    grid_file: Path,
    workspace: Path,
    tracking_uri: str | None,
    jobs: int | None,
    device: str,
    engine: str,
    embedding_processes: int | None,
    skip_unreadable: bool,
    report_folder: Path | None,
    full: bool,
    executor: "Kind",
    scheduler: str,
    workers: int | None,
    partition: str,
    gpu_processes: int,
    track: bool,
) -> None:
    """Compute the cells of a grid that are not done yet, log them to MLflow, and say the answer.

    Exit status 0 when all cells are done (also when MLflow could not be reached: `benchmark track` logs them
    later), 1 when cells failed, 2 for bad input and system errors.
    """
    from benchmark.cli.logs import log_path, log_to
    from benchmark.cli.run import print_job_array, run_grid
    from benchmark.execution.cluster.opened import ExecutorSettings
    from benchmark.grid.schema import read_grid
    from benchmark.store.addresses import without_secrets
    from benchmark.store.workspace import Workspace

    where = ExecutorSettings(executor, scheduler, workers, partition, gpu_processes)
    where.check()
    if where.kind == "array":
        if report_folder:
            raise UserError("--report: an array computes nothing now; when it has ended: benchmark report")
        options = ["--device", device, "--engine", engine, *(["--jobs", str(jobs)] if jobs else [])]
        options += ["--embedding-processes", str(embedding_processes)] if embedding_processes else []
        options += ["--gpu-processes", str(gpu_processes)] if gpu_processes > 1 else []
        options += ["--skip-unreadable"] if skip_unreadable else []
        print_job_array(grid_file, workspace, where, options)
        return
    place = Workspace(workspace, tracking_uri)
    log_to(file=log_path(place.records(read_grid(grid_file).name).folder, "run"))
    logger.info("started: %s", without_secrets(shlex.join(sys.argv), tracking_uri))
    failed = run_grid(
        grid_file,
        place,
        jobs=jobs,
        device=device,
        engine=engine,
        embedding_processes=embedding_processes,
        skip_unreadable=skip_unreadable,
        executor=where,
        track=track,
        full=full,
        report=report_folder,
    )
    logger.info("ended; %d cells failed", failed)
    sys.exit(1 if failed else 0)


@cli.command()
@grid_option
@workspace_option
@tracking_option
@jobs_option
@verbose_option
def track(grid_file: Path, workspace: Path, tracking_uri: str | None, jobs: int | None) -> None:
    """Log to MLflow what it lacks of a grid's results; compute nothing. After a run that could not."""
    from benchmark.cli.run import track_grid
    from benchmark.store.workspace import Workspace

    track_grid(grid_file, Workspace(workspace, tracking_uri), jobs)


@cli.command()
@grid_option
@workspace_option
@engine_option
@json_option
@click.option("--full", is_flag=True, help="A row per extractor and classifier, not per body part.")
def plan(grid_file: Path, workspace: Path, engine: str, as_json: bool, full: bool) -> None:
    """Show what is done, stale, failed and missing, with reasons and estimated time; compute nothing."""
    gc.disable()  # a plan makes many objects and hardly a cycle: looking for some takes a sixth of its time
    try:
        from benchmark.cli.plan import show_plan
        from benchmark.store.workspace import Workspace

        show_plan(grid_file, Workspace(workspace), as_json, full, engine)
    finally:
        gc.enable()


@cli.command()
@workspace_option
@tracking_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
def ui(workspace: Path, tracking_uri: str | None, host: str, port: int) -> None:
    """Open the MLflow UI on the workspace."""
    from benchmark.cli.ui import serve
    from benchmark.store.workspace import Workspace

    sys.exit(serve(Workspace(workspace, tracking_uri), host, port))


cli.add_command(status)
cli.add_command(compare)
cli.add_command(power)
cli.add_command(sites)
cli.add_command(report)
cli.add_command(init)
cli.add_command(doctor)
cli.add_command(export_command)
cli.add_command(import_command)
cli.add_command(leaderboard)
cli.add_command(data)
cli.add_command(weights)
cli.add_command(predict)
cli.add_command(explain)
cli.add_command(worklist)
cli.add_command(model_card)
cli.add_command(app)


def main() -> None:
    """Run the command line; bad input and system errors give one line on stderr and exit status 2.

    Their traceback goes to the log, which for a run is also a file.
    """
    _set_environment()
    try:
        keep_to_address_space()
        with exiting_on(ENDING, _end_at_once):
            cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt) as error:
        if isinstance(error.__cause__, EOFError):  # click takes the end of any file for a closed terminal
            _fail("a file ended early; its place is in the log")
        logger.info("stopped by Ctrl-C")
        click.echo(_STOPPED, err=True)
        sys.exit(130)
    except SignalledError as error:
        logger.info("stopped by the signal %d", error.number)
        click.echo(_STOPPED, err=True)
        sys.exit(128 + error.number)
    except UserError as error:
        _fail(str(error))
    except BrokenPipeError:  # the reader of the output has closed it, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ImportError as error:  # also where an address space is too small for a library
        _fail(
            f"a library cannot be loaded: {reason(error)}: too little memory, or an incomplete installation"
        )
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{error.strerror or reason(error)}")
    except BrokenExecutor:
        _fail("a worker process was killed, most likely for want of memory; fewer --jobs need less")
    except MemoryError as error:
        _fail(f"out of memory: {reason(error)}; fewer --jobs need less")
    except Exception:
        logger.info("ended by an unexpected error", exc_info=True)
        raise


def _end_at_once(number: int) -> None:
    """End this process without the cleanups that are still going on; what is written is whole at any time."""
    logger.info("ended at once after the signal %d", number)
    click.echo(_STOPPED, err=True)
    os._exit(128 + number)


def _set_environment() -> None:
    """Set environment variables that libraries read when imported; never done by the API."""
    # By default OpenMP threads spin while they wait. When another process shares a core, one late thread
    # then makes all others waste time: two to four times slower. Read when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")  # a new database logs dozens of lines


def _fail(message: str) -> NoReturn:
    """Print one line for the current exception and exit with status 2."""
    logger.info("ended: %s", message, exc_info=True)
    from benchmark.store.addresses import without_secrets

    click.echo(for_terminal(without_secrets(message)), err=True)
    sys.exit(2)
