"""The commands below `benchmark data`. Slow imports are inside the commands."""

import sys
from pathlib import Path
from typing import Any

import click

from benchmark.cli.options import (
    FILE,
    FOLDER,
    grid_option,
    jobs_option,
    label_options,
    outside_option,
    workspace_option,
)
from benchmark.datasets.names import MATCHED_BY


@click.group()
def data() -> None:
    """Draw, convert, check and describe data sets."""


@data.command()
@click.argument("root", type=FOLDER)
@click.option("--patients", type=int, help="Patients over all body parts.  [default: 300]")
@click.option(
    "--like-mura",
    is_flag=True,
    help="MURA's numbers instead: 40,005 images of 11,967 patients. What was stopped is gone on with.",
)
@click.option("--difficulty", default=0.5, show_default=True, help="0: obvious, 1: subtle.")
@click.option("--seed", default=0, show_default=True)
@click.option("--long-side", default=512, show_default=True, help="Pixels of the longer side.")
@jobs_option
def phantom(
    root: Path,
    patients: int | None,
    like_mura: bool,
    difficulty: float,
    seed: int,
    long_side: int,
    jobs: int | None,
) -> None:
    """Draw radiograph-like images into ROOT/MURA-v1.1, laid out as MURA."""
    from benchmark.cli.data import draw

    if like_mura and patients is not None:
        raise click.UsageError("--like-mura draws MURA's patients: leave --patients out")
    count = None if like_mura else 300 if patients is None else patients
    draw(root, patients=count, difficulty=difficulty, seed=seed, long_side=long_side, jobs=jobs)


@data.command()
@click.argument("root", type=FILE)
@label_options
@outside_option
@jobs_option
def verify(root: Path, task: str | None, classes: str, allow_outside: bool, jobs: int | None) -> None:
    """Check a data set (MURA's folder, a manifest CSV, a DICOM folder). Exit status 1 on an error."""
    from benchmark.cli.data import verify_root
    from benchmark.datasets.at_path import labels_of_options

    sys.exit(0 if verify_root(root, jobs, allow_outside, labels_of_options(task, classes)) else 1)


@data.command()
@click.argument("root", type=FILE)
@click.option("--out", type=FOLDER, help="Folder for audit.html, with pictures, and audit.json.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
@label_options
@outside_option
@jobs_option
def audit(root: Path, out: Path | None, as_json: bool, task: str | None, classes: str, **how: Any) -> None:
    """Look for copies, label conflicts and shortcuts in a data set. Exit status 1 when an error is found."""
    from benchmark.cli.audit import audit_root
    from benchmark.datasets.at_path import labels_of_options

    sound = audit_root(root, out, as_json, labels=labels_of_options(task, classes), **how)
    sys.exit(0 if sound else 1)


@data.command()
@click.argument("root", type=FILE)
@click.option("--out", type=FOLDER, required=True, help="Folder for the tables and charts.")
@label_options
@outside_option
def explore(root: Path, out: Path, task: str | None, classes: str, allow_outside: bool) -> None:
    """Count studies, images and patients per part and class, as tables and bar charts."""
    from benchmark.cli.data import explore_root
    from benchmark.datasets.at_path import labels_of_options

    explore_root(root, out, allow_outside, labels_of_options(task, classes))


@data.command()
@click.option("--medmnist", "npz", type=FILE, help="A MedMNIST file (.npz).")
@click.option(
    "--abnormal",
    metavar="LABELS",
    help="Of --medmnist: labels that count as abnormal, as 1 or 0,2,4; all others are normal.",
)
@click.option("--dicom", type=FOLDER, help="A folder of DICOM files.")
@click.option("--labels", type=FILE, help="Of --dicom: the CSV of labels; default: labels.csv in the folder.")
@label_options
@click.option("--match", type=click.Choice(MATCHED_BY), help="Of --dicom: what the CSV's rows name.")
@click.option("--partial", is_flag=True, help="Of --dicom: leave out images without a row, and the like.")
@click.option("--salt-file", type=FILE, help="Of --dicom: the secret of the digests; made if not there.")
@click.option("--out", type=FOLDER, required=True, help="Folder for images/ and manifest.csv.")
@outside_option
@jobs_option
def manifest(npz: Path | None, abnormal: str | None, dicom: Path | None, out: Path, **asked: Any) -> None:
    """Convert a MedMNIST file, or a folder of DICOM files, into images and a manifest.

    PneumoniaMNIST and BreastMNIST are known by their content, and the other ten sets by their file's name:
    these keep their classes, grades or findings unless --abnormal makes two classes of them.
    Nothing of DICOM headers is left but what describes an image: body part, view, side, device, age and sex;
    patients, studies and images are digests by a secret salt.
    """
    from benchmark.cli.data import convert_dicom, convert_medmnist, labels_of
    from benchmark.datasets.at_path import labels_of_options

    if (npz is None) == (dicom is None):
        raise click.UsageError("name one of --medmnist FILE and --dicom FOLDER")
    if npz is not None:
        of_dicom = ("labels", "task", "classes", "match", "partial", "salt_file")
        given = [name for name in of_dicom if asked[name]]
        if given:
            raise click.UsageError(f"--{given[0].replace('_', '-')} belongs to --dicom")
        convert_medmnist(npz, out, labels_of(abnormal))
    elif dicom is not None:
        if abnormal is not None:
            raise click.UsageError("--abnormal belongs to --medmnist")
        kept = labels_of_options(asked.pop("task"), asked.pop("classes"))
        convert_dicom(dicom, out, kept=kept, **asked)


@data.command()
@click.argument("root", type=FILE)
@click.option(
    "--out", type=FILE, default=Path("croissant.json"), show_default=True, help="The file to write."
)
@click.option("--name", default="", help="The data set's name; default: that of dataset.json, or MURA.")
@click.option("--licence", default="", help="The data's licence: an address, or an SPDX identifier.")
@click.option("--url", default="", help="The address of the data set's page.")
@label_options
def croissant(root: Path, out: Path, task: str | None, classes: str, **known: str) -> None:
    """Describe a data set (MURA's folder, a manifest CSV) in Croissant's JSON; publish nothing."""
    from benchmark.cli.data import describe
    from benchmark.datasets.at_path import labels_of_options

    describe(root, out, labels=labels_of_options(task, classes), **known)


@data.command()
@grid_option
@click.option("--out", type=FOLDER, required=True, help="Folder for the pictures.")
@workspace_option
def augment(grid_file: Path, out: Path, workspace: Path) -> None:
    """Show what the grid's recipes do to training images: each change alone, and all together."""
    from benchmark.cli.data import show_augmentations
    from benchmark.store.workspace import Workspace

    show_augmentations(grid_file, out, Workspace(workspace))
