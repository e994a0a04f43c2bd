"""The commands below `benchmark data`: draw, check, describe and convert data sets."""

import logging
from pathlib import Path
from typing import Any

import click

from benchmark import api
from benchmark.cli.terminal import console, findings_table, frame_table, progress_bars, say, shown
from benchmark.datasets.at_path import Labels, read_at, task_at
from benchmark.datasets.manifest import Manifest
from benchmark.datasets.mura import read_mura
from benchmark.errors import UserError
from benchmark.execution.executors import available_cores
from benchmark.store.workspace import Workspace
from results.counts import counted
from results.label_tasks import BINARY

_log = logging.getLogger(__name__)
_CACHE = Path("runs/.cache")  # cache of the default workspace, for kinds that convert their images first


def draw(
    root: Path, *, patients: int | None, difficulty: float, seed: int, long_side: int, jobs: int | None
) -> None:
    """Draw a phantom and print where it is; without `patients`, one with MURA's numbers."""
    from benchmark.datasets.phantom.draw import draw_phantom
    from benchmark.datasets.phantom.like_mura import draw_like_mura

    what = "patients" if patients is not None else "studies"
    with progress_bars() as report:
        how: dict[str, Any] = {
            "difficulty": difficulty,
            "seed": seed,
            "long_side": long_side,
            "jobs": jobs or available_cores(),
            "progress": lambda done, total: report(f"drawing {what}", done, total),
        }
        folder = (
            draw_like_mura(root, **how) if patients is None else draw_phantom(root, patients=patients, **how)
        )
    say(
        f"{counted(len(read_mura(folder).images), 'image')} in {shown(folder)}; the boxes are in "
        f"abnormalities.csv"
    )


def verify_root(
    root: Path, jobs: int | None, allow_outside: bool = False, labels: Labels | None = None
) -> bool:
    """Print the findings of an audit; returns whether there is no error."""
    from benchmark.datasets.image_facts import kinds_table, with_facts
    from benchmark.datasets.verification import counts_table, findings_of

    manifest, published = open_root(root, allow_outside, labels)
    images = with_facts(manifest, jobs=jobs or available_cores())
    findings = findings_of(images, manifest.task, published=published)
    console().print(frame_table(counts_table(manifest), f"{shown(root)}: patients, studies and images"))
    console().print(frame_table(kinds_table(images, manifest.task), f"{shown(root)}: kinds of images"))
    console().print(findings_table(findings, "findings"))
    return not any(finding.severity == "error" for finding in findings)


def explore_root(root: Path, out: Path, allow_outside: bool = False, labels: Labels | None = None) -> None:
    """Write the tables and charts of a data set and list them."""
    from benchmark.datasets.explore import explore

    manifest, _ = open_root(root, allow_outside, labels)
    for path in explore(manifest, out, jobs=available_cores()):
        say(shown(path))


def open_root(root: Path, allow_outside: bool = False, labels: Labels | None = None) -> tuple[Manifest, bool]:
    """Read the data set at a path (`read_at`); also returns whether it is the real MURA.

    Logs, as a warning, how it was read if in an unusual way.
    """
    manifest, kind = read_at(root, _CACHE, available_cores(), labels, allow_outside=allow_outside)
    for note in manifest.notes:
        _log.warning("%s", note)
    drawn = any((f / "phantom.json").is_file() for f in (manifest.root, manifest.root.parent))
    return manifest, kind.name == "mura" and not drawn


def describe(root: Path, out: Path, *, labels: Labels, name: str, licence: str, url: str) -> None:
    """Write the description of a data set, and say what is missing in it."""
    known = {"name": name, "licence": licence, "url": url}
    path = api.croissant(root, out, task=labels.task, classes=labels.classes, **known)
    say(f"{shown(path)} describes the data set, and publishes nothing.")
    data = root if root.is_dir() else root.parent
    if not path.resolve().is_relative_to(data.resolve()):
        _log.warning("%s belongs into the folder of the data: its paths start there", path)
    if not licence:
        _log.warning("no licence is in it: give --licence, so that others know what they may do")


def convert_medmnist(npz: Path, out: Path, abnormal: frozenset[int] | None = None) -> None:
    """Write images and manifest of a MedMNIST file and print where they are."""
    from benchmark.datasets.medmnist import from_medmnist
    from benchmark.datasets.medmnist_tasks import task_set

    say(f"manifest: {shown(from_medmnist(npz, out, abnormal))}")
    known = task_set(npz) if abnormal is None else None
    if known:
        labels = f"{known.name}: {len(known.classes)} labels"
        say(f"{labels}; in the grid, below dataset, write  task: {known.task}")


def convert_dicom(
    folder: Path,
    out: Path,
    *,
    labels: Path | None,
    kept: Labels,
    match: str | None,
    partial: bool,
    salt_file: Path | None,
    allow_outside: bool,
    jobs: int | None,
) -> None:
    """Write images and manifest of a folder of DICOM files, and print where they and the salt are."""
    from benchmark.datasets.dicom.conversion import from_dicom
    from benchmark.datasets.dicom.salt import key_of_salt
    from benchmark.datasets.dicom.studies import DicomFolder

    salt = salt_file or Path(click.get_app_dir("benchmark")) / "dicom.salt"
    if salt.absolute().is_relative_to(out.absolute()):
        raise UserError(f"--salt-file {salt}: must lie outside of {out}, which others may get")
    table = labels or folder / "labels.csv"
    task = kept.task or task_at(table)
    if kept.classes and task == BINARY:
        raise UserError("--classes: two classes need no names: add --task, or leave it out")
    asked = DicomFolder(folder, table, match, partial, allow_outside, task, kept.classes)
    key, made = key_of_salt(salt)
    with progress_bars() as report:
        found = from_dicom(
            asked,
            out,
            key,
            cache=_CACHE,
            jobs=jobs or available_cores(),
            progress=lambda now, total: report("converting images", now, total),
        )
    for note in found.notes:
        _log.warning("%s", note)
    say(f"{found.images:,} images; manifest: {shown(found.manifest)}")
    say(f"digests by the {'new ' if made else ''}salt in {shown(salt)}: keep it, and to yourself")


def labels_of(text: str | None) -> frozenset[int] | None:
    """The labels of `--abnormal 0,2`. Raises UserError for what is no list of whole numbers."""
    if text is None:
        return None
    labels = [label.strip() for label in text.split(",")]
    if not all(label.isascii() and label.isdigit() and len(label) < 4 for label in labels):
        raise UserError(
            f"--abnormal: '{text[:40]}' must be whole numbers with commas between them, such as 0,2"
        )
    return frozenset(map(int, labels))


def show_augmentations(grid_file: Path, out: Path, workspace: Workspace) -> None:
    """Write the pictures of each recipe's augmentation and list them."""
    from benchmark import api  # imports far more than the other commands here need

    for path in api.augmentations(grid_file, out, workspace=workspace):
        say(shown(path))
