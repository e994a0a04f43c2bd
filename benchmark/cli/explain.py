"""The command `benchmark explain`."""

from collections.abc import Sequence
from pathlib import Path

from benchmark.api import explain
from benchmark.cli.terminal import say, shown, warn


def explain_paths(
    paths: Sequence[Path],
    out: Path,
    *,
    grid: str,
    cell: str,
    workspace: Path,
    each_image: bool,
    device: str,
    engine: str = "auto",
) -> int:
    """Write the pictures and say where they are; returns the exit status."""
    found = explain(
        workspace, grid, cell, paths, out=out, each_image=each_image, device=device, engine=engine
    )
    for error in found.errors:
        warn(error)
    say(f"{len(found.files):,} pictures in {shown(out)}; page: {shown(found.page)}")
    return 2 if found.errors else 0
