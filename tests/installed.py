"""Packages that add entries, put on a path as if they were installed: no network, no change of the environment."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

EntryPoints = Mapping[str, Mapping[str, str]]  # by group, then by name: as tomllib reads them


def install(site: Path, name: str, points: EntryPoints, modules: Mapping[str, str]) -> None:
    """Write the modules (text by path) and the metadata of a distribution into a folder of packages."""
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    sections = [
        "\n".join([f"[{group}]", *(f"{key} = {value}" for key, value in entries.items())])
        for group, entries in points.items()
    ]
    (info / "entry_points.txt").write_text("\n\n".join(sections) + "\n")
    for path, text in modules.items():
        (site / path).parent.mkdir(exist_ok=True)
        (site / path).write_text(text)


def environment(site: Path) -> dict[str, str]:
    """The variables of a process that finds these packages, and all that this process finds."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(site), *filter(None, sys.path)])}
