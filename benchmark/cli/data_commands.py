"""The commands below `benchmark data`. Slow imports are inside the commands."""

import sys
from pathlib import Path

import click

from benchmark.cli.options import FILE, FOLDER, grid_option, jobs_option, outside_option, workspace_option


@click.group()
def data() -> None:
    """Draw, convert, check and describe data sets."""


@data.command()
@click.argument("root", type=FOLDER)
@click.option("--patients", default=300, show_default=True, help="Patients over all body parts.")
@click.option("--difficulty", default=0.5, show_default=True, help="0: obvious, 1: subtle.")
@click.option("--seed", default=0, show_default=True)
@click.option("--long-side", default=512, show_default=True, help="Pixels of the longer side.")
@jobs_option
def phantom(
    root: Path, patients: int, difficulty: float, seed: int, long_side: int, jobs: int | None
) -> None:
    """Draw radiograph-like images into ROOT/MURA-v1.1, laid out as MURA."""
    from benchmark.cli.data import draw

    draw(root, patients=patients, difficulty=difficulty, seed=seed, long_side=long_side, jobs=jobs)


@data.command()
@click.argument("root", type=FILE)
@outside_option
@jobs_option
def verify(root: Path, allow_outside: bool, jobs: int | None) -> None:
    """Check a data set (MURA's folder, a manifest CSV, a DICOM folder). Exit status 1 on an error."""
    from benchmark.cli.data import verify_root

    sys.exit(0 if verify_root(root, jobs, allow_outside) else 1)


@data.command()
@click.argument("root", type=FILE)
@click.option("--out", type=FOLDER, help="Folder for audit.html, with pictures, and audit.json.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
@outside_option
@jobs_option
def audit(root: Path, out: Path | None, as_json: bool, allow_outside: bool, jobs: int | None) -> None:
    """Look for copies, label conflicts and shortcuts in a data set. Exit status 1 when an error is found."""
    from benchmark.cli.audit import audit_root

    sys.exit(0 if audit_root(root, out, as_json, jobs, allow_outside) else 1)


@data.command()
@click.argument("root", type=FILE)
@click.option("--out", type=FOLDER, required=True, help="Folder for the tables and charts.")
@outside_option
def explore(root: Path, out: Path, allow_outside: bool) -> None:
    """Count studies, images and patients per part and class, as tables and bar charts."""
    from benchmark.cli.data import explore_root

    explore_root(root, out, allow_outside)


@data.command()
@click.option("--medmnist", "npz", type=FILE, required=True, help="A MedMNIST file (.npz).")
@click.option(
    "--abnormal",
    metavar="LABELS",
    help="Labels that count as abnormal, as 1 or 0,2,4; all others are normal.",
)
@click.option("--out", type=FOLDER, required=True, help="Folder for images/ and manifest.csv.")
def manifest(npz: Path, out: Path, abnormal: str | None) -> None:
    """Convert a MedMNIST file into images and a manifest.

    PneumoniaMNIST and BreastMNIST are known by their content; of others say which labels are --abnormal.
    """
    from benchmark.cli.data import convert_medmnist, labels_of

    convert_medmnist(npz, out, labels_of(abnormal))


@data.command()
@grid_option
@click.option("--out", type=FOLDER, required=True, help="Folder for the pictures.")
@workspace_option
def augment(grid_file: Path, out: Path, workspace: Path) -> None:
    """Show what the grid's recipes do to training images: each change alone, and all together."""
    from benchmark.cli.data import show_augmentations
    from benchmark.store.workspace import Workspace

    show_augmentations(grid_file, out, Workspace(workspace))
