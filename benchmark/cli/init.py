"""The command init: propose a grid, ask a few questions where asked to, write the files, say what is next."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import click

from benchmark.cli.terminal import say, shown, warn
from benchmark.datasets.at_path import Labels, labels_of_options
from benchmark.setup.asked import AbnormalNotKnownError, Asked
from benchmark.setup.propose import Proposal, in_hours, propose, refuse_existing
from benchmark.store.workspace import Workspace
from results.label_tasks import BINARY, MULTICLASS, ORDINAL
from results.metric_lookup import default_primary, metric_named


def init_grid(
    data: Path,
    out: Path,
    workspace: Workspace,
    *,
    name: str,
    abnormal: str,
    task: str | None,
    classes: str,
    labels: Path | None,
    guess_patients: bool,
    hours: float,
    ask: bool,
    force: bool,
) -> None:
    """Write a grid for the data; says what was found, what was written and what to type next.

    With `ask`, questions come first; without a terminal they are answered by their defaults.
    """
    if not force:
        refuse_existing([out])
    chosen = tuple(text.strip() for text in abnormal.split(",") if text.strip())
    kept = labels_of_options(task, classes)
    asked = Asked(data, out, workspace.cache, chosen, labels, guess_patients, kept)
    if ask and not at_terminal():
        warn("no terminal is there to ask: every question is answered by its default")
    questions = ask and at_terminal()
    proposal = _asking(asked, name, hours) if questions else propose(asked, name=name, hours=hours)
    for note in proposal.notes:
        say(note)
    for words in proposal.shortened:
        say(f"shortened: {words}")
    for path in proposal.write(force=force):
        say(f"written: {shown(path)}")
    _say_next(proposal, workspace)


def at_terminal() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def _asking(asked: Asked, name: str, hours: float) -> Proposal:
    """The proposal after a few questions; Enter takes the default of each."""
    try:
        first = propose(asked, name=name, hours=hours)
    except AbnormalNotKnownError as unknown:
        say(f"classes: {', '.join(unknown.classes)}")
        keep = "" if len(unknown.classes) < 3 else " Or keep all: multiclass, or ordinal for grades."
        answer: str = click.prompt(f"Which are abnormal (with commas)?{keep}", default=unknown.classes[-1])
        if answer.strip() in (MULTICLASS, ORDINAL):
            return _asking(replace(asked, kept=Labels(answer.strip())), name, hours)
        return _asking(replace(asked, abnormal=tuple(answer.split(","))), name, hours)
    for note in first.notes:
        say(note)
    folders = first.found.dataset["kind"] == "manifest" and not first.found.manifest.drawn
    if folders and not asked.guess_patients and not asked.data.is_file():
        asked = replace(asked, guess_patients=click.confirm("Guess patients from file names?", default=False))
    hours = click.prompt("How many hours may a run take?", default=hours, type=float)
    name = click.prompt("What shall the grid be called?", default=name or first.name)
    margin: float = click.prompt(
        f"Which difference in {_metric(first)} is the smallest that matters?",
        default=first.margin,
        type=float,
    )
    return propose(asked, name=name, hours=hours, margin=margin)


def _metric(proposal: Proposal) -> str:
    task = str(proposal.found.dataset.get("task", BINARY))
    return metric_named(default_primary(task)).label


def _say_next(proposal: Proposal, workspace: Workspace) -> None:
    grid = shlex.quote(str(proposal.out))
    place = "" if workspace.folder == Path("runs") else f" --workspace {shlex.quote(str(workspace.folder))}"
    say(f"a run takes about {in_hours(proposal.hours)} here, by the estimate of plan. Next:")
    say(f"  benchmark doctor --grid {grid}{place}")
    say(f"  benchmark run --grid {grid}{place}")
