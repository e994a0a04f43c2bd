"""The commands export, import and leaderboard."""

from collections.abc import Sequence
from pathlib import Path

from benchmark import api
from benchmark.cli.terminal import say, shown
from benchmark.sharing.leaderboard_page import NUMBERS, PAGE
from benchmark.store.workspace import Workspace
from results.counts import counted, of_count


def export_results(grid_file: Path, workspace: Workspace, out: Path) -> None:
    """Write the finished cells of a grid into one file and say what is in it."""
    count = api.export_results(grid_file, out, workspace)
    say(
        f"{counted(count, 'cell')} {of_count(count, 'is', 'are')} in {shown(out)} "
        f"({out.stat().st_size / 2**20:.1f} MiB): records and predictions, "
        "with numbers in place of the ids of images, studies and patients, without pixels and folders. Body "
        "parts, labels and the names in your grid are in it: read its grid.yaml before you give it away"
    )


def import_results(files: Sequence[Path], grid_file: Path | None, workspace: Workspace) -> None:
    """Read exports into a workspace and say what came of them."""
    found = api.import_results(files, workspace, grid=grid_file)
    kept = f", {found.there} were there already" if found.there else ""
    by = str(shown(grid_file)) if grid_file else found.grid
    say(
        f"{counted(found.written, 'cell')} {of_count(found.written, 'was', 'were')} imported into "
        f"{shown(workspace.folder / found.grid)}{kept}. "
        f"Next: benchmark compare --grid {by} --workspace {shown(workspace.folder)}"
    )


def show_leaderboard(files: Sequence[Path], out: Path, jobs: int | None) -> None:
    """Compare exports on a page, and say where it is."""
    board = api.leaderboard(files, out, jobs=jobs)
    for one in board.data_sets:
        say(f"{one.name} ({', '.join(one.exports)}): {len(one.scores):,} scores. {one.why_not}".rstrip())
    if len(board.data_sets) > 1:
        say(board.why_not or "Over data sets ranks alone are compared: their patients differ.")
    say(f"Page: {shown(out / PAGE)}; numbers: {shown(out / NUMBERS)}")
