"""Tables and lines for the terminal. Text that users typed is never interpreted as rich markup."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.cli import progress
from benchmark.cli.logs import stderr
from benchmark.cli.progress import duration
from benchmark.execution.executors import Progress, available_cores
from benchmark.execution.plan import Plan
from benchmark.execution.planned_embeddings import PlannedEmbedding
from benchmark.execution.training_rows import COUNTED
from benchmark.grid.cells import Cell
from benchmark.setup.machine import network_device
from extractors.specs import networks_of
from results.frames import by_size
from results.labels import size_name
from results.text import for_terminal

STATUSES = ("done", "stale", "failed", "missing", "left_out")
_COLOURS = {"error": "red", "warning": "yellow", "ok": "green"}  # worst first


def console() -> Console:
    """The console on standard output; 160 columns wide when it is not a terminal."""
    plain_console = Console(soft_wrap=False)
    return plain_console if plain_console.is_terminal else Console(width=160)


def say(line: str) -> None:
    """Print a line unwrapped and as it is: `[x]` and `:x:` in a user's text stay `[x]` and `:x:`."""
    console().print(plain(line), soft_wrap=True)


def warn(line: str) -> None:
    """Print a line like `say`, on standard error."""
    stderr().print(plain(line), soft_wrap=True)


def plain(value: object, style: str = "") -> Text:
    """Text that is shown as it is: `[x]` stays `[x]`, and no escape sequence reaches the terminal."""
    return Text(for_terminal(str(value)), style)


def progress_bars() -> AbstractContextManager[Progress]:
    """The progress callback of a run: bars when standard error is a terminal, else lines."""
    return progress.bars() if stderr().is_terminal else progress.lines()


@dataclass
class _Sum:
    """The sums over the cells of one row of a plan."""

    statuses: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0  # of one core
    device: str = ""  # of the cells that are not done


def plan_tables(plan: Plan, full: bool = False) -> list[Table]:
    """Two tables: cells by status with the core time left and the device, and the reasons.

    A row is a strategy and body part, or, with `full`, a strategy, extractor and classifier.
    """
    axes = {"strategy": "strategy", "body part": "body_part"}
    if full:
        axes = {"strategy": "strategy", "extractor": "backbone", "classifier": "classifier"}
    if plan.grid.controls:
        axes["control"] = "control"
    device = device_of_networks(plan)
    sums: dict[tuple[str, ...], _Sum] = defaultdict(_Sum)
    reasons: Counter[tuple[str, str]] = Counter()
    for cell, status, reason, seconds in _statuses(plan):
        row = sums[tuple(str(getattr(cell, attribute)) for attribute in axes.values())]
        row.statuses[status] += 1
        row.seconds += seconds
        if seconds:
            row.device = device if cell.recipe else "cpu"
        if reason:
            reasons[status, reason] += 1
    cells = Table(*axes, *STATUSES, "core time left", "device", title=_title(f"grid {plan.grid.name}"))
    for names, row in sums.items():
        cells.add_row(*map(plain, names), *_counts(row.statuses), duration(row.seconds), row.device)
    cells.add_section()
    every = sum((row.statuses for row in sums.values()), Counter[str]())
    total = duration(sum(row.seconds for row in sums.values()))
    cells.add_row("all", *("" for _ in range(len(axes) - 1)), *_counts(every), total, "")
    cells.caption = time_left(plan, device, available_cores())
    explanations = Table("cells", "status", "reason", title="reasons")
    for (status, reason), number in reasons.most_common():
        explanations.add_row(str(number), status, plain(reason))
    return [cells, explanations] if reasons else [cells]


def embeddings_table(embeddings: Sequence[PlannedEmbedding], plan: Plan) -> Table:
    """The embeddings that unfinished cells need, with time, device and engine."""
    columns = ["extractor", "embedding", "images", "time", "device", "engine"]
    sized = any(embedding.bytes for embedding in embeddings)
    table = Table(*columns, *["size"] * sized, title="embeddings that the unfinished cells need")
    device = device_of_networks(plan)
    networks = {spec.label for p in plan.todo for spec in networks_of(p.cell.embedding_extractor)}
    for embedding in embeddings:
        state = "cached" if embedding.cached else "to be computed"
        by_network = embedding.extractor in networks or embedding.bytes is not None
        where = "" if embedding.cached else device if by_network else "cpu"
        name, time = plain(embedding.extractor), duration(embedding.seconds)
        engine = embedding.engine if not embedding.cached else ""
        size = [f"{embedding.bytes / 2**30:.2f} GiB" if embedding.bytes else ""] * sized
        table.add_row(name, state, f"{embedding.images:,}", time, where, engine, *size)
    return table


def training_table(plan: Plan) -> Table:
    """The patients of the training images, per body part and size; of `full` the images as well."""
    sizes = by_size(plan.grid.train_sizes)
    over = f"the first {COUNTED} seeds" if len(plan.grid.seeds) > COUNTED else "seeds"
    table = Table(title=_title(f"patients of the training images, mean over {over}"))
    for heading in ("body part", *(_size_heading(plan, size) for size in sizes)):
        table.add_column(heading)
    for part in plan.grid.body_parts:
        table.add_row(plain(part), *(_patients(plan, part, size) for size in sizes))
    return table


def _size_heading(plan: Plan, size: int | str) -> str:
    if isinstance(size, int):
        return f"{size:,} images"
    return str(size_name(size, plan.grid.patient_share(size)))


def _patients(plan: Plan, part: str, size: int | str) -> str:
    counts = plan.training.mean_counts(part, size)
    if counts is None:
        return ""
    images, patients = counts
    return f"{patients:,}" + (f" ({images:,} images)" if isinstance(size, str) else "")


def device_of_networks(plan: Plan) -> str:
    """The device of this plan's networks in a run without --device: cpu, cuda or mps."""
    if not any(networks_of(planned.cell.extractor) for planned in plan.todo):
        return "cpu"
    return network_device()


def time_left(plan: Plan, device: str, cores: int) -> str:
    """One line with the time that a run would take, without embeddings."""
    tuning = sum(planned.seconds for planned in plan.todo if planned.cell.recipe and device != "cpu")
    fitting = sum(planned.seconds for planned in plan.todo) - tuning
    on_cores = f"on {cores} core{'s' * (cores > 1)}"
    parts = []
    if fitting >= 1:
        parts.append(f"core time {duration(fitting)}, about {duration(fitting / cores) or '1 s'} {on_cores}")
    if tuning >= 1:
        parts.append(
            f"fine-tuning on {device} at most about {duration(tuning / cores) or '1 s'} "
            f"(estimated {on_cores}, until a cell was measured on {device})"
        )
    return "; ".join(parts)


def _counts(statuses: Counter[str]) -> Iterator[str]:
    return (str(statuses[status] or "") for status in STATUSES)


def _statuses(plan: Plan) -> Iterator[tuple[Cell, str, str, float]]:
    for planned in plan.cells:
        cost = 0.0 if planned.status == "done" else planned.seconds
        yield planned.cell, planned.status, planned.reason, cost
    for left in plan.left_out:
        yield left.cell, "left_out", left.reason, 0.0


def frame_table(frame: pd.DataFrame, title: str) -> Table:
    """A DataFrame as a table, its columns in their order."""
    table = Table(title=_title(title))
    for column in frame.columns:
        table.add_column(plain(column), overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*("" if pd.isna(value) else plain(value) for value in row))
    return table


def findings_table(findings: Sequence[Any], title: str) -> Table:
    """The findings of an audit, worst first."""
    table = Table("code", "", "finding", "examples", title=_title(title))
    for finding in sorted(findings, key=lambda f: list(_COLOURS).index(f.severity)):
        examples = "\n".join(map(str, finding.examples[:3]))
        mark = plain(finding.severity, _COLOURS[finding.severity])
        table.add_row(finding.code, mark, plain(finding.message), plain(examples))
    return table


def shown(path: Path) -> str:
    """A path relative to the working folder when it is inside it, else unchanged."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _title(title: str) -> Text:
    return plain(title, "table.title")
