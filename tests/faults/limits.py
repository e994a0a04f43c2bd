"""A full disk, a workspace that cannot be written, too little memory."""

import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pandas as pd

from tests.faults.command import Started
from tests.faults.outcome import ACCEPTED, FAULT, Outcome, counted
from tests.faults.runs import arguments, differences, undisturbed, write_grid

GIB = 1024**3


def limits(count: int, seed: int = 0) -> pd.DataFrame:
    """So many disks that fill up at random moments (where this user may mount one), and the other two."""
    choose = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grid = write_grid(folder)
        wanted = undisturbed(folder, grid)
        size = sum(path.stat().st_size for path in (folder / "undisturbed").rglob("*") if path.is_file())
        outcomes = list(_full_disks(folder, grid, wanted, size, choose, count))
        outcomes += _places(folder, grid, wanted)
        outcomes += _little_memory(folder, grid, wanted)
    return counted(outcomes)


def one_line(status: int, output: str) -> list[str]:
    """What is wrong with how a refused run ended; empty when it is as it should be."""
    wrong = [] if status in (1, 2) else [f"status {status}"]
    if "Traceback" in output:
        wrong.append(output[output.index("Traceback") :][-700:])
    return wrong


def _full_disks(
    folder: Path, grid: Path, wanted: dict[str, str], size: int, choose: random.Random, count: int
) -> Iterator[Outcome]:
    place = folder / "disk"
    place.mkdir()
    if not which("mount") or os.geteuid() != 0:
        return
    for _ in range(count):
        room = round(size * choose.uniform(0.01, 0.95))
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(place)], check=False
        )
        if made.returncode:
            return
        try:
            status, output = Started(*arguments(grid, place / "w")).wait()
            wrong = one_line(status, output) if status else []
            subprocess.run(["mount", "-o", f"remount,size={4 * size + 2**26}", str(place)], check=True)
            status, output = Started(*arguments(grid, place / "w")).wait()
            wrong += differences(place / "w", wanted) if status == 0 else [f"afterwards: {output[-700:]}"]
        finally:
            subprocess.run(["umount", "-l", str(place)], check=True)
        yield Outcome("disk full, then room", FAULT if wrong else ACCEPTED, "; ".join(wrong))


def _places(folder: Path, grid: Path, wanted: dict[str, str]) -> Iterator[Outcome]:
    """Workspaces that cannot be: one line; a read-only one is finished once it can be written."""
    (folder / "file").write_text("x")
    for kind, place in (
        ("workspace below a file", folder / "file" / "w"),
        ("workspace is a file", folder / "file"),
        ("workspace in /proc", Path("/proc/w")),
        ("workspace with a name of 300 letters", folder / ("w" * 300)),
    ):
        wrong = one_line(*Started(*arguments(grid, place)).wait())
        yield Outcome(kind, FAULT if wrong else ACCEPTED, "; ".join(wrong))
    if which("mount") and os.geteuid() == 0:
        place = folder / "readonly"
        place.mkdir()
        if not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(place)], check=False
        ).returncode:
            try:
                wrong = one_line(*Started(*arguments(grid, place / "w")).wait())
                subprocess.run(["mount", "-o", "remount,rw", str(place)], check=True)
                status, output = Started(*arguments(grid, place / "w")).wait()
                wrong += differences(place / "w", wanted) if status == 0 else [output[-700:]]
            finally:
                subprocess.run(["umount", "-l", str(place)], check=True)
            yield Outcome("read-only, then writable", FAULT if wrong else ACCEPTED, "; ".join(wrong))


def _little_memory(folder: Path, grid: Path, wanted: dict[str, str]) -> Iterator[Outcome]:
    """An address space that is too small: a line or failed cells, and the next run finishes."""
    for number, memory in enumerate((1, 2, 3)):
        workspace = folder / f"memory{number}"
        status, output = Started(*arguments(grid, workspace), memory=memory * GIB).wait()
        wrong = one_line(status, output) if status else []
        status, output = Started(*arguments(grid, workspace)).wait()
        wrong += differences(workspace, wanted) if status == 0 else [f"afterwards: {output[-700:]}"]
        yield Outcome(f"{memory} GiB of address space", FAULT if wrong else ACCEPTED, "; ".join(wrong))
