"""The data set at a path, for commands that are given a path and no grid."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from benchmark.datasets.kind import DatasetKind
from benchmark.datasets.kinds import kind_at
from benchmark.errors import UserError
from results.label_tasks import BINARY, MULTILABEL

if TYPE_CHECKING:  # importing it costs half a second for pandas
    from benchmark.datasets.manifest import Manifest


@dataclass(frozen=True)
class Labels:
    """What the labels are said to be: `task` is one of TASKS, or empty to find it; `classes` as in a grid."""

    task: str = ""
    classes: tuple[str, ...] = ()


def labels_of_options(task: str | None, classes: str) -> Labels:
    """The labels of `--task ordinal --classes none,mild,severe`; blanks around the commas do not count."""
    return Labels(task or "", tuple(name.strip() for name in classes.split(",") if name.strip()))


def read_at(
    root: Path, cache: Path, jobs: int, labels: Labels | None = None, *, allow_outside: bool = False
) -> tuple["Manifest", DatasetKind]:
    """Read a CSV, a folder with manifest.csv, MURA's tree or a DICOM folder; also returns its kind.

    Without a task, columns `label:NAME` in the place of `label` make it multilabel, and all else is two
    classes. Raises UserError for data that cannot be used, and for a task that the kind does not know.
    """
    kind, labels = kind_at(root), labels or Labels()
    asked: dict[str, object] = {"kind": kind.name, "root": root}
    if allow_outside and "allow_outside" in kind.model.model_fields:
        asked["allow_outside"] = True
    if "task" in kind.model.model_fields:
        asked |= {"task": labels.task or task_at(root), "classes": labels.classes}
    elif labels.task not in ("", BINARY) or labels.classes:
        option = "--classes" if labels.classes else f"--task {labels.task}"
        raise UserError(f"{root}: {option}: the labels of '{kind.name}' are two classes: leave it out")
    try:
        keys = kind.model.model_validate(asked)
    except ValidationError as error:
        raise UserError(f"{root}: --classes: {error.errors()[0]['msg']}") from None
    return kind.read(keys, cache, jobs), kind


def task_at(root: Path) -> str:
    """The task that the header of a data set's table shows: multilabel for columns `label:NAME` alone."""
    from benchmark.datasets.column_names import OTHER_NAMES, finding_places, known_names, plain_name
    from benchmark.datasets.text_table import read_table

    tables = (root, root / "manifest.csv", root / "labels.csv")
    table = next((path for path in tables if path.is_file()), None)
    if table is None:
        return BINARY
    lines = read_table(table, known_names).lines
    first = next(iter(lines), None)
    if first is None or not finding_places(table, first, lines[first]):
        return BINARY
    labels = {"label", *OTHER_NAMES["label"]}
    return BINARY if labels & {plain_name(name) for name in lines[first]} else MULTILABEL
