"""The part of the Python API that looks at data before a run: audit, describe, show the augmentation.

Its functions are in `benchmark.api` too.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.api_arguments import GridLike, WorkspaceLike, grid_of, workspace_of
from benchmark.datasets.at_path import Labels, read_at
from benchmark.execution.executors import Progress, share_cores
from benchmark.execution.open_plan import load_manifest

if TYPE_CHECKING:
    from benchmark.datasets.audit.checks import Audit


def audit(
    root: Path | str,
    workspace: WorkspaceLike = "runs",
    *,
    task: str = "",
    classes: Sequence[str] = (),
    jobs: int | None = None,
    progress: Progress = lambda stage, steps, total: None,
) -> "Audit":
    """Look for copies, label conflicts and shortcuts in a data set: MURA's folder or a manifest (CSV).

    `task` and `classes` say what the labels are, as in a grid's `dataset`; without them, two classes, or
    findings where a table has columns `label:NAME` in the place of `label`.

    The result's `findings` are one per check; `benchmark.datasets.audit.page.write_page` shows them.
    `progress` is told (stage, steps done now, steps in all). Raises UserError for a data set that cannot be
    read; a single image that cannot is a finding.
    """
    from benchmark.datasets.audit.checks import audit as audit_images  # imports torch, which takes seconds

    cores = share_cores(jobs).jobs
    labels = Labels(task, tuple(classes))
    manifest, _ = read_at(Path(root), workspace_of(workspace).cache, cores, labels)
    return audit_images(manifest, jobs=cores, progress=progress)


def croissant(
    root: Path | str,
    out: Path | str = "croissant.json",
    *,
    name: str = "",
    licence: str = "",
    url: str = "",
    task: str = "",
    classes: Sequence[str] = (),
    workspace: WorkspaceLike = "runs",
) -> Path:
    """Describe a data set (MURA's folder or a manifest CSV) in Croissant, as the file `out`; returns it.

    `task` and `classes` as in `audit`. The file belongs beside the data, into the folder that paths start
    from. It holds no row of the data, and what is not given and not known is left out. Raises UserError for
    a data set that cannot be described.
    """
    from benchmark.datasets.croissant import write_croissant

    labels = Labels(task, tuple(classes))
    manifest, kind = read_at(Path(root), workspace_of(workspace).cache, 1, labels)
    return write_croissant(manifest, kind.name, Path(root), Path(out), name=name, licence=licence, url=url)


def augmentations(grid: GridLike, out: Path | str, *, workspace: WorkspaceLike = "runs") -> list[Path]:
    """Draw what each recipe of a grid does to training images into `out`; returns the files.

    `workspace` is where a phantom is kept. Raises UserError for a grid without fine-tuning, and for data or a
    folder that cannot be used.
    """
    from benchmark.reporting.augmentations import save_augmentations  # imports torch, which is slow

    read = grid_of(grid)
    return save_augmentations(read, load_manifest(read.dataset, workspace_of(workspace).cache), Path(out))
