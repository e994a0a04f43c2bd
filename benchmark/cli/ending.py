"""The end of a command: the answer in a sentence, where the page and MLflow are, and what to type next."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from benchmark.analysis.headline import Headline
from benchmark.cli.terminal import console, plain, say, shown
from benchmark.execution.plan import Plan
from benchmark.store.workspace import Workspace
from results.text import MINUS
from results.verdict import UNDECIDED

_UI = "http://127.0.0.1:5000"  # where `benchmark ui` serves by default


def show_answer(said: Headline) -> None:
    """Print the answer, wrapped to the terminal, with signs that every terminal can print."""
    question = said.question[:1].upper() + said.question[1:]
    console().print(Text.assemble(plain(question, "bold"), " ", plain(said.sentence.replace(MINUS, "-"))))


def show_places(said: Headline, plan: Plan, grid_file: Path, workspace: Workspace, page: Path | None) -> None:
    """Print where the page (where there is one) and MLflow are, and the commands that come next."""
    if page:
        say(f"  page    {shown(page)}")
    say(f"  MLflow  {_mlflow(workspace)}")
    commands = list(_next(said, plan, grid_file, workspace, page))
    width = max((len(command) for command, _ in commands), default=0)
    for place, (command, what) in enumerate(commands):
        say(f"  {'' if place else 'next':<6}  {command:<{width}}  # {what}")


def command(words: str) -> str:
    """A command of this program as it can be typed here: also where no environment is activated."""
    beside = Path(sys.executable).with_name("benchmark")
    known = shutil.which("benchmark") or not beside.exists()
    return f"{'benchmark' if known else shlex.quote(str(shown(beside)))} {words}"


def workspace_option(workspace: Workspace) -> str:
    """The option that names this workspace again, to be pasted into a shell; empty for the usual one."""
    folder = workspace.folder
    return f" --workspace {shlex.quote(str(shown(folder)))}" if folder != Path("runs") else ""


def _mlflow(workspace: Workspace) -> str:
    if workspace.uri.startswith(("http:", "https:")):
        return workspace.shown_uri
    return f"{_UI} after: {command('ui')}{workspace_option(workspace)}"


def _next(
    said: Headline, plan: Plan, grid_file: Path, workspace: Workspace, page: Path | None
) -> Iterator[tuple[str, str]]:
    """(command, what it is for)."""
    this = f"--grid {shlex.quote(str(shown(grid_file)))}{workspace_option(workspace)}"
    if not page:
        yield command(f"report {this} --out paper"), "a page, figures and tables"
    if said.rows:
        yield command(f"compare {this} --full"), "every number behind the answer"
    if any(row["verdict"] == UNDECIDED for row in said.rows):
        yield command(f"power {this}"), "what would decide it"
    if plan.grid.dataset.kind == "phantom":
        yield command("init DATA --out grid.yaml"), "a first grid for your own images"
