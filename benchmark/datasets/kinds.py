"""The registry of data set kinds: the keys that each takes in a grid file, and how its images are read."""

from dataclasses import replace
from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from benchmark.datasets.kind import DatasetKeys, DatasetKind
from benchmark.datasets.paths import GridPath
from benchmark.datasets.phantom.planted import SHORTCUTS, Planted
from benchmark.errors import UserError
from extractors.digests import digest_of
from extractors.registry import with_entry_points
from extractors.validation import Strict, one_of

if TYPE_CHECKING:  # importing it costs half a second for pandas, which reading a grid file does not need
    from benchmark.datasets.manifest import Manifest

Task = Literal["binary", "multiclass", "multilabel", "ordinal"]


def _as_text(value: Any) -> Any:
    """A class that is a number in the grid file, as the manifest's column has it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


ClassName = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=100)]


class MuraDataset(DatasetKeys):
    """MURA as Stanford ships it."""

    NOT_ASKED: ClassVar[frozenset[str]] = DatasetKeys.NOT_ASKED | {"labels", "allow_outside"}
    kind: Literal["mura"]
    root: GridPath  # the folder MURA-v1.1, or the one that holds it
    labels: GridPath | None = None  # a CSV of corrected labels: study, label
    allow_outside: bool = False  # whether links may lead out of the folder


class ManifestDataset(DatasetKeys):
    """Any data set that is described by a CSV manifest."""

    NOT_ASKED: ClassVar[frozenset[str]] = DatasetKeys.NOT_ASKED | {"allow_outside"}
    kind: Literal["manifest"]
    root: GridPath  # the CSV, or the folder that holds manifest.csv
    task: Task = "binary"  # what the labels are
    classes: tuple[ClassName, ...] = Field(default=(), max_length=100)  # in order; of findings, those used
    name: str = ""  # shown in reports; overrides dataset.json
    citation: str = ""  # a BibTeX key of the report's references, or free text; overrides dataset.json
    allow_outside: bool = False  # whether paths and links may lead out of the CSV's folder

    @model_validator(mode="after")
    def _classes_of_the_task(self) -> Self:
        _check_classes(self.task, self.classes)
        return self


def _check_classes(task: str, classes: tuple[str, ...]) -> None:
    """Raise PydanticCustomError for names of classes that the task does not have."""
    least = {"binary": 0, "multilabel": 1}.get(task, 2)
    if classes and task == "binary":
        why = "binary labels have no classes to name: add task, or leave this key out"
    elif classes and len(classes) < least:
        why = f"task {task} needs two classes or more"
    else:
        return
    raise PydanticCustomError("classes", "{why}", {"key": "classes", "why": why})


class DicomDataset(DatasetKeys):
    """A folder of DICOM files, with labels from a CSV."""

    NOT_ASKED: ClassVar[frozenset[str]] = DatasetKeys.NOT_ASKED | {
        "labels",
        "match",
        "partial",
        "allow_outside",
    }
    kind: Literal["dicom"]
    root: GridPath  # the folder; files of any name in any folder below
    labels: GridPath | None = None  # the CSV of labels; labels.csv in the folder
    match: Literal["accession_number", "study_uid", "image_uid"] | None = None  # what its rows name
    task: Task = "binary"  # what the labels are
    classes: tuple[ClassName, ...] = Field(default=(), max_length=100)  # in order; of findings, those used
    partial: bool = False  # leave out images without a row, and rows without an image
    name: str = ""  # shown in reports
    citation: str = ""  # a BibTeX key of the report's references, or free text
    allow_outside: bool = False  # whether links are followed

    @model_validator(mode="after")
    def _classes_of_the_task(self) -> Self:
        _check_classes(self.task, self.classes)
        return self


class Shortcut(Strict):
    """Something that is no disease, drawn into shares of the abnormal and of the normal studies."""

    kind: Annotated[str, one_of(SHORTCUTS, "shortcut")]
    abnormal: float = Field(ge=0, le=1)  # share of the abnormal studies that have it
    normal: float = Field(ge=0, le=1)  # share of the normal studies that have it


class PhantomDataset(DatasetKeys):
    """Images that the project draws itself, into the cache."""

    kind: Literal["phantom"]
    patients: int = Field(default=300, ge=10, le=1_000_000)  # over all body parts
    difficulty: float = Field(default=0.5, ge=0, le=1)  # 0: obvious, 1: subtle
    seed: int = Field(default=0, ge=0)  # of the drawing
    long_side: int = Field(default=256, ge=32, le=2048)  # pixels of the longer side
    shortcut: Shortcut | None = None  # also a column of this name, for subgroups: yes or no
    task: Task = (
        "binary"  # multiclass: the kind of abnormality; ordinal: how plain it is; multilabel: each kind
    )

    def drawing(self) -> dict[str, Any]:
        """The settings that decide a pixel; a shortcut only where there is one."""
        given = self.model_dump(exclude={*DatasetKeys.model_fields, "task"})
        return {name: value for name, value in given.items() if name != "shortcut" or value is not None}


def _read_mura(keys: MuraDataset, cache: Path, jobs: int) -> "Manifest":
    from benchmark.datasets.mura import read_mura

    return read_mura(keys.root, labels=keys.labels, allow_outside=keys.allow_outside)


def _read_manifest(keys: ManifestDataset, cache: Path, jobs: int) -> "Manifest":
    from benchmark.datasets.manifest import read_manifest

    path = keys.root / "manifest.csv" if keys.root.is_dir() else keys.root
    manifest = read_manifest(path, allow_outside=keys.allow_outside, task=keys.task, classes=keys.classes)
    return replace(manifest, name=keys.name or manifest.name, citation=keys.citation or manifest.citation)


def _read_dicom(keys: DicomDataset, cache: Path, jobs: int) -> "Manifest":
    from benchmark.datasets.dicom.dataset import read_dicom
    from benchmark.datasets.dicom.studies import DicomFolder

    labels = keys.labels or keys.root / "labels.csv"
    asked = DicomFolder(
        keys.root, labels, keys.match, keys.partial, keys.allow_outside, keys.task, keys.classes
    )
    manifest = read_dicom(asked, cache, jobs)
    return replace(manifest, name=keys.name, citation=keys.citation)


def _is_dicom(root: Path) -> bool:
    """Whether one of the first files below a folder is DICOM."""
    if not root.is_dir():
        return False
    from benchmark.datasets.dicom.headers import holds_dicom_files

    return holds_dicom_files(root)


def _read_phantom(keys: PhantomDataset, cache: Path, jobs: int) -> "Manifest":
    """Read the phantom from the cache; draw it first when it is not there."""
    from benchmark.datasets.mura import read_mura
    from benchmark.datasets.phantom.draw import draw_phantom

    settings = keys.drawing() | {"shortcut": _planted(keys)}
    manifest = read_mura(draw_phantom(_phantom_folder(keys, cache), jobs=jobs, **settings))
    return _labelled(replace(manifest, name="", citation=""), keys)  # laid out as MURA, but not MURA


def _plan_phantom(keys: PhantomDataset, cache: Path) -> "Manifest":
    """Read the phantom from the cache; list its images when it is not there."""
    from benchmark.datasets.phantom.listing import list_phantom

    folder = _phantom_folder(keys, cache)
    if folder.exists():
        return _read_phantom(keys, cache, 1)
    listed = list_phantom(folder, patients=keys.patients, difficulty=keys.difficulty, seed=keys.seed)
    return _labelled(listed, keys)


def _labelled(manifest: "Manifest", keys: PhantomDataset) -> "Manifest":
    """The phantom's images with the labels of the task, and with the column of its shortcut."""
    from benchmark.datasets.phantom.labels import with_shortcut, with_task

    settings: dict[str, Any] = keys.model_dump(include={"patients", "difficulty", "seed"})
    planted = _planted(keys)
    shown = with_shortcut(manifest, planted, **settings) if planted else manifest
    return with_task(shown, keys.task, **settings)


def _planted(keys: PhantomDataset) -> Planted | None:
    return Planted(**keys.shortcut.model_dump()) if keys.shortcut else None


def _phantom_folder(keys: PhantomDataset, cache: Path) -> Path:
    from benchmark.datasets.phantom.draw import PHANTOM_VERSION

    return cache / "phantom" / digest_of({**keys.drawing(), "version": PHANTOM_VERSION})[:12]


DATASET_KINDS = with_entry_points(
    "benchmark.datasets",
    (
        DatasetKind("mura", MuraDataset, _read_mura),
        DatasetKind(
            "manifest",
            ManifestDataset,
            _read_manifest,
            is_at=lambda root: root.is_file() or (root / "manifest.csv").is_file(),
        ),
        DatasetKind("dicom", DicomDataset, _read_dicom, is_at=_is_dicom),
        DatasetKind("phantom", PhantomDataset, _read_phantom, _plan_phantom),
    ),
)

if TYPE_CHECKING:
    AnyDataset = DatasetKeys
else:  # a grid's `dataset`: the model of its `kind`
    AnyDataset = Annotated[
        reduce(or_, (kind.model for kind in DATASET_KINDS.values())), Field(discriminator="kind")
    ]


def kind_at(root: Path) -> DatasetKind:
    """The kind of the data set in a file or folder; MURA when no kind recognises it.

    Raises UserError for a CSV that is not there.
    """
    if root.suffix == ".csv" and not root.exists():
        raise UserError(f"{root}: there is no such file")
    return next((kind for kind in DATASET_KINDS.values() if kind.is_at(root)), DATASET_KINDS["mura"])
