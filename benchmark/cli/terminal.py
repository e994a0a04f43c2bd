"""What a person sees: progress bars with the time left, and tables."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from benchmark.execution.executors import Progress as Report
from benchmark.execution.plan import Embedding, Plan

STATUSES = ("done", "stale", "failed", "missing", "left_out")


def console() -> Console:
    """Standard output; wide enough for a table where it is not a terminal."""
    plain = Console(soft_wrap=False)
    return plain if plain.is_terminal else Console(width=160)


@contextmanager
def progress_bars() -> Iterator[Report]:
    """Yields the function that a run reports its steps to: one bar per stage, on standard error."""
    columns = (
        TextColumn("{task.description:<36}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def report(stage: str, steps: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.advance(tasks[stage], steps)

        yield report


def plan_tables(plan: Plan) -> list[Table]:
    """Cells by status per strategy, extractor and classifier; then the reasons."""
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    seconds: dict[tuple[str, ...], float] = defaultdict(float)
    axes = ["strategy", "extractor", "classifier", *(["control"] if plan.grid.controls else [])]
    reasons: Counter[tuple[str, str]] = Counter()
    for cell, status, reason, cost in _statuses(plan):
        family = (cell.strategy, cell.backbone, cell.classifier, cell.control)[: len(axes)]
        counts[family][status] += 1
        seconds[family] += cost
        if reason:
            reasons[status, reason] += 1
    cells = Table(*axes, *STATUSES, "core time left", title=f"grid {plan.grid.name}")
    for family, count in counts.items():
        cells.add_row(*family, *(str(count[s] or "") for s in STATUSES), duration(seconds[family]))
    total = Counter(status for _, status, _, _ in _statuses(plan))
    cells.add_section()
    cells.add_row(
        "all",
        *("" for _ in axes[1:]),
        *(str(total[s] or "") for s in STATUSES),
        duration(sum(seconds.values())),
    )
    why = Table("cells", "status", "reason", title="reasons")
    for (status, reason), cells_of_it in reasons.most_common():
        why.add_row(str(cells_of_it), status, reason)
    return [cells, why] if reasons else [cells]


def embeddings_table(embeddings: Sequence[Embedding]) -> Table:
    """What must be embedded before cells can be fitted."""
    table = Table(
        "extractor", "embedding", "images", "time", title="embeddings that the unfinished cells need"
    )
    for embedding in embeddings:
        state = "in the cache" if embedding.cached else "to be made"
        table.add_row(embedding.extractor, state, f"{embedding.images:,}", duration(embedding.seconds))
    return table


def _statuses(plan: Plan) -> Iterator[tuple[Any, str, str, float]]:
    for planned in plan.cells:
        cost = 0.0 if planned.status == "done" else planned.seconds
        yield planned.cell, planned.status, planned.reason, cost
    for left in plan.left_out:
        yield left.cell, "left_out", left.reason, 0.0


def frame_table(frame: pd.DataFrame, title: str) -> Table:
    """A DataFrame as a table, its columns as they come."""
    table = Table(title=title)
    for column in frame.columns:
        table.add_column(str(column), overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*("" if pd.isna(value) else str(value) for value in row))
    return table


def findings_table(findings: Sequence[Any], title: str) -> Table:
    """What an audit found, worst first."""
    colours = {"error": "red", "warning": "yellow", "ok": "green"}
    table = Table("code", "", "finding", "examples", title=title)
    for finding in sorted(findings, key=lambda f: list(colours).index(f.severity)):
        mark = f"[{colours[finding.severity]}]{finding.severity}"
        table.add_row(finding.code, mark, finding.message, "\n".join(map(str, finding.examples[:3])))
    return table


def duration(seconds: float) -> str:
    """Seconds as a person says them: 45 s, 12 min, 3.5 h."""
    if seconds < 1:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
