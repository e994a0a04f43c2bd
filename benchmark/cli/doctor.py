"""The command doctor: print what the checks found, and what to do about it."""

import json
from pathlib import Path

import click
from rich.text import Text

from benchmark.cli.terminal import console, plain, say
from benchmark.grid.schema import read_grid
from benchmark.setup.doctor.checks import examine
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Finding, Surroundings
from benchmark.setup.doctor.report import for_bug_report
from benchmark.store.workspace import Workspace

_COLOURS = {OK: "green", NOTE: "yellow", PROBLEM: "red"}
_WIDTH = max(map(len, _COLOURS))


def show_findings(grid_file: Path | None, workspace: Workspace, scheduler: str, as_json: bool) -> bool:
    """Print the findings as they come, or as JSON; returns whether something stands in the way of a run."""
    grid = read_grid(grid_file) if grid_file else None
    around = Surroundings(workspace, grid, grid_file, scheduler)
    found = []
    for finding in examine(around):
        found.append(finding)
        if not as_json:
            _show(finding)
    problems = sum(finding.state == PROBLEM for finding in found)
    if as_json:
        click.echo(json.dumps(for_bug_report(found, around), indent=1, ensure_ascii=False))
    else:
        say(_conclusion(problems, grid_file))
    return problems > 0


def _show(finding: Finding) -> None:
    """A line, and below it why it matters and what to do."""
    mark = Text(f"{finding.state:<{_WIDTH}}  ", _COLOURS[finding.state])
    console().print(mark + plain(f"{finding.check}: {finding.what}"), soft_wrap=True)
    for label, text in (("why", finding.why), ("do", finding.do)):
        if text:
            say(f"{'':<{_WIDTH}}    {label}: {text}")


def _conclusion(problems: int, grid_file: Path | None) -> str:
    if problems:
        return f"{problems} thing{'s' * (problems > 1)} stand{'s' * (problems == 1)} in the way of a run"
    return f"nothing stands in the way of a run{' of this grid' if grid_file else ''}"
