"""The commands below `benchmark weights`: download weights, pretrain the bundled network."""

import math
import os
import shlex
import tempfile
from pathlib import Path

from rich.table import Table

from benchmark.cli.progress import duration
from benchmark.cli.terminal import console, plain, progress_bars, say, shown
from benchmark.errors import UserError
from benchmark.execution.executors import available_cores
from extractors.exported_weights import VARIABLE, problem_with, read_index
from extractors.sources import source_of
from extractors.specs import networks_of
from results.counts import counted, of_count


def fetch_weights(name: str, out: Path) -> None:
    """Download a backbone's ImageNet weights into one safetensors file."""
    if source_of(name).fetch is None:
        raise UserError(
            f"the weights of '{name}' ship with the project: use '{name}' in the grid without fetching"
        )
    from benchmark.execution.advice import with_advice
    from extractors.backbones import fetch_state
    from extractors.weights import save_state

    try:
        state = fetch_state(name)
    except ValueError as error:
        raise UserError(with_advice(error)) from None
    save_state(state, out)
    table = Table("in the grid", show_header=True)
    table.add_row(plain(f"- {{name: {name}, weights: {out}}}"))
    console().print(table)


def export_weights(grid_file: Path, folder: Path) -> None:
    """Collect all weights that a grid needs in a folder with an index; prints a row for each.

    Raises UserError, after the others are written, when some weights cannot be had.
    """
    from benchmark.execution.advice import with_advice
    from benchmark.grid.schema import read_grid
    from extractors import weights_export

    specs = {spec for method in read_grid(grid_file).methods() for spec in networks_of(method.extractor)}
    table = Table("backbone", "file", "MB", "licence", "source", show_header=True)
    problems = []
    try:
        for spec, entry in weights_export.export_weights(sorted(specs, key=lambda s: s.label), folder):
            if isinstance(entry, ValueError):
                problems.append(f"{spec.label}: {with_advice(entry)}")
            else:
                row = (spec.name, entry.file, f"{entry.bytes / 1e6:.1f}", entry.licence, entry.source)
                table.add_row(*map(plain, row))
    except ValueError as error:
        raise UserError(str(error)) from None
    if table.row_count:
        console().print(table)
        say(f"on the other machine: export {VARIABLE}={shlex.quote(str(folder))}")
    if problems:
        raise UserError("\n".join(problems))
    if not table.row_count:
        say("this grid needs no weights but those that are installed with the benchmark")


def verify_weights(folder: Path) -> None:
    """Compare the files of a folder with the digests of its index. Raises UserError listing what differs."""
    try:
        entries = read_index(folder)
    except ValueError as error:
        raise UserError(str(error)) from None
    problems = [f"{entry.file} {why}" for entry in entries if (why := problem_with(folder, entry))]
    if problems:
        raise UserError(
            "\n".join(
                [
                    *problems,
                    f"{len(problems)} of {counted(len(entries), 'file')} "
                    f"{of_count(len(problems), 'differs', 'differ')}; export them again",
                ]
            )
        )
    say(
        f"{counted(len(entries), 'file')} {of_count(len(entries), 'is', 'are')} as the index says "
        f"({sum(e.bytes for e in entries) / 1e6:.1f} MB)"
    )


def pretrain_weights(out: Path, hours: float, device: str) -> None:
    """Train the bundled network on pictures drawn by formulas, into one safetensors file."""
    if not (hours > 0 and math.isfinite(hours)):
        raise UserError(f"--hours {hours:g}: must be a positive number of hours, for example 1.2")
    _check_writable(out)
    from extractors.bundled.pretraining.training import TrainingState, pretrain
    from extractors.devices import choose_device, torch_threads

    reported = 0

    with progress_bars() as report, torch_threads(available_cores()):

        def show(moment: TrainingState) -> None:
            nonlocal reported
            report("seconds of training", int(moment.elapsed) - reported, int(moment.budget))
            reported = int(moment.elapsed)

        try:
            trained = pretrain(out, hours, choose_device(device), show)
        except ValueError as error:
            raise UserError(str(error)) from None
    table = Table("weights", "images seen", "training time", "accuracy", show_header=True)
    table.add_row(
        plain(shown(out)), f"{trained.images:,}", duration(trained.seconds), f"{trained.accuracy:.1%}"
    )
    console().print(table)


def _check_writable(out: Path) -> None:
    """Raise UserError when the file cannot be written; checked before the training."""
    if out.is_dir():
        raise UserError(f"--out {out} is a folder; name a file in it")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    except OSError as error:
        raise UserError(
            f"--out {out}: cannot be written ({os.strerror(error.errno or 0)}); name another folder"
        ) from None
