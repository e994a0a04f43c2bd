"""What `benchmark init` is asked, and what it has found in the data."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.datasets.at_path import Labels
from benchmark.datasets.manifest import Manifest
from benchmark.errors import UserError
from results.label_tasks import BINARY

Keys = dict[str, str | bool | list[str]]  # of a grid's `dataset`


def keys_of(task: str, classes: Sequence[str]) -> Keys:
    """The keys of labels that are not two classes; classes only where they are asked for."""
    if task == BINARY:
        return {}
    keys: Keys = {"task": task}
    return {**keys, "classes": list(classes)} if classes else keys


@dataclass(frozen=True)
class Asked:
    """The data and how to read it.

    `data` is a file or folder, `out` the grid file. `abnormal` names the folders or labels that count as
    abnormal, `labels` is the CSV of labels of DICOM files. With `guess_patients`, patients are guessed from
    the names of files. `kept` says what the labels are where they are not to be two classes.
    """

    data: Path
    out: Path
    cache: Path
    abnormal: tuple[str, ...] = ()
    labels: Path | None = None
    guess_patients: bool = False
    kept: Labels = field(default_factory=Labels)

    @property
    def folder(self) -> Path:
        """The folder of the grid file, where paths in it start."""
        return self.out.absolute().parent

    def beside(self, ending: str) -> Path:
        """A file or folder beside the grid that is called like it: `grid` + `ending`."""
        return self.folder / f"{self.out.stem}{ending}"


@dataclass(frozen=True)
class Found:
    """A data set as a grid would name it.

    `dataset` are the keys of the grid's `dataset` without `protocol`, `manifest` its images (not `drawn`
    where they are yet to be written), `notes` what was taken for what. `make` writes the paths in `makes`,
    which the grid needs beside it. `sides` are the longer sides (pixels) of some images.
    """

    dataset: Keys
    manifest: Manifest
    name: str
    notes: tuple[str, ...] = ()
    makes: tuple[Path, ...] = ()
    make: Callable[[], object] = field(default=lambda: None)
    sides: tuple[int, ...] = ()


class AbnormalNotKnownError(UserError):
    """It is not known which of these classes are abnormal: somebody has to say so."""

    def __init__(self, message: str, classes: tuple[str, ...]) -> None:
        super().__init__(message)
        self.classes = classes


def path_in_grid(path: Path, folder: Path) -> str:
    """A path as the grid file of a folder writes it: relative where it lies below the folder.

    Raises UserError for a path that the grid would read otherwise (`${`).
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 (links stay as the user named them)
    text = str(absolute)
    if absolute.is_relative_to(folder):
        text = str(absolute.relative_to(folder))
    if "${" in text:
        raise UserError(f"{text}: a grid takes '${{' for an environment variable; rename the folder")
    return f"./{text}" if text.startswith("~") else text
