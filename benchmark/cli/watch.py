"""The command status --watch: a table that follows a run of any machine by its workspace alone."""

import time
from contextlib import suppress

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table

from benchmark.cli.progress import duration
from benchmark.cli.terminal import console, plain
from benchmark.execution.open_plan import open_plan
from benchmark.execution.watch import Watch, Watched
from benchmark.grid.schema import Grid
from benchmark.store.workspace import Workspace

_EVERY = 2.0  # seconds between two looks
_FAILURES = 5  # shown at most


def watch_run(grid: Grid, workspace: Workspace) -> None:
    """Show a run until it has ended or Ctrl-C; on no terminal, a line whenever a count has changed."""
    plan, records = open_plan(grid, workspace, draw=False)
    watch = Watch(plan, records)
    with suppress(KeyboardInterrupt):
        if console().is_terminal:
            _live(watch, grid.name)
        else:
            _lines(watch)


def _live(watch: Watch, name: str) -> None:
    with Live(console=console(), auto_refresh=False) as live:
        while True:
            now = watch.look()
            live.update(view(now, name), refresh=True)
            if now.ended:
                return
            time.sleep(_EVERY)


def _lines(watch: Watch) -> None:
    before = ""
    while True:
        now = watch.look()
        line = headline(now)
        if (told := f"{now.done} {len(now.failed)}") != before:
            console().print(line, highlight=False, soft_wrap=True)
            before = told
        if now.ended:
            return
        time.sleep(_EVERY)


def headline(now: Watched) -> str:
    """The counts, the rate and the time left in one line."""
    workers = len({holder.name for holder, _ in now.running})
    parts = [f"{now.done:,} of {now.total:,} cells done, {len(now.failed):,} failed"]
    on = f"{len(now.running)} running on {workers} worker{'s' * (workers > 1)}"
    parts.append(on if workers else "none running")
    if now.cells_per_minute:
        parts.append(f"{now.cells_per_minute:.1f} cells per minute")
    if now.seconds_left:
        parts.append(f"about {duration(now.seconds_left)} left")
    return " · ".join(parts)


def view(now: Watched, name: str) -> RenderableType:
    """The table of workers under the headline, and the first failures."""
    table = Table("worker", "for", "cell", title=plain(name), title_justify="left")
    for holder, planned in now.running:
        table.add_row(plain(holder.name), duration(holder.seconds), plain(_words(planned.cell.axes)))
    failures = [plain(f"failed {_words(one.axes)}: {one.error}") for one in now.failed[:_FAILURES]]
    return Group(plain(headline(now)), *([table] if now.running else []), *failures)


def _words(axes: dict[str, str | int]) -> str:
    return " · ".join(str(value) for value in axes.values() if value != "")
