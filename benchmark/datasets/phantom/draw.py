"""Draw radiograph-like images in MURA's layout, with a bounding box for each abnormality."""

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.phantom.abnormality import KIND_SHARES, KINDS, Abnormality, Box
from benchmark.datasets.phantom.anatomy import BODY_PARTS, VIEWS
from benchmark.datasets.phantom.planted import Planted
from benchmark.datasets.phantom.rendering import render
from benchmark.datasets.phantom.shortcut import draw_shortcut
from benchmark.errors import UserError
from extractors.orphans import ending_with_this
from extractors.validation import did_you_mean

PHANTOM_VERSION = 1  # raise it when the same parameters draw other images
_ABNORMAL = 0.4  # share of abnormal studies: about that of MURA's training part (5,177 of 13,457)
_VIEWS_PER_STUDY = (0.25, 0.45, 0.3)  # probability of 1, 2 and 3 views; chosen by hand
_VALID_EVERY = 10  # every tenth patient is in the valid part; chosen by hand
BoxRow = tuple[str, str, int, int, int, int]


@dataclass(frozen=True)
class Parameters:
    """All parameters that the images depend on. Raises UserError for a value out of range."""

    patients: int
    difficulty: float
    seed: int
    long_side: int
    body_parts: tuple[str, ...]
    version: int = PHANTOM_VERSION
    shortcut: Planted | None = None

    def as_json(self) -> dict[str, object]:
        """The parameters for phantom.json; without `shortcut` where there is none, as before it came."""
        kept = asdict(self) | {"body_parts": list(self.body_parts)}
        return {name: value for name, value in kept.items() if name != "shortcut" or value is not None}

    def __post_init__(self) -> None:
        if self.patients < 1:
            raise UserError(f"patients: {self.patients}: a phantom needs at least one patient")
        if not 0 <= self.difficulty <= 1:
            raise UserError(f"difficulty: {self.difficulty}: must be between 0 (obvious) and 1 (subtle)")
        if self.seed < 0:
            raise UserError(f"seed: {self.seed}: must be 0 or more")
        if self.long_side < 32:
            raise UserError(f"long_side: {self.long_side}: must be at least 32 pixels")
        for part in self.body_parts:
            if part not in BODY_PARTS:
                raise UserError(
                    f"body_parts: there is no phantom of '{part}'{did_you_mean(part, BODY_PARTS)}"
                )
        if not self.body_parts or len(set(self.body_parts)) < len(self.body_parts):
            named = ", ".join(self.body_parts) or "none"
            raise UserError(f"body_parts: {named}: name at least one, and each once")


@dataclass(frozen=True)
class Study:
    """One study of a phantom patient: the unit of the label."""

    patient: int
    number: int
    part: str
    views: tuple[str, ...]
    abnormality: Abnormality | None

    @property
    def split(self) -> str:
        """MURA's folder of the patient: train or valid."""
        return "valid" if _is_valid(self.patient) else "train"

    @property
    def folder(self) -> str:
        """MURA's folder for the study, below MURA-v1.1."""
        label = "positive" if self.abnormality else "negative"
        return f"{self.split}/XR_{self.part.upper()}/patient{self.patient + 1:05d}/study{self.number}_{label}"


def draw_phantom(
    root: Path,
    *,
    patients: int,
    difficulty: float = 0.5,
    seed: int = 0,
    long_side: int = 512,
    body_parts: Sequence[str] = BODY_PARTS,
    shortcut: Planted | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Draw `patients` patients into ROOT/MURA-v1.1, with MURA's CSV files and abnormalities.csv.

    The same parameters give the same bytes with any number of processes; with more patients, the first ones
    stay the same. A finished folder with the same parameters is reused. The folder is created in one step at
    the end. `progress` is called with the number of patients just drawn and the number of all patients.
    Returns ROOT/MURA-v1.1. Raises UserError for parameters out of range, and for a folder that holds another
    phantom or other files.
    """
    parameters = Parameters(patients, difficulty, seed, long_side, tuple(body_parts), shortcut=shortcut)
    if is_drawn(root, parameters.as_json()):
        return root / "MURA-v1.1"
    temporary = root.absolute().with_name(f".{root.absolute().name}.{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        _draw(temporary, parameters, jobs, progress or (lambda done, total: None))
        try:
            temporary.rename(root)
        except OSError:
            if not is_drawn(root, parameters.as_json()):  # by another process in the meantime
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return root / "MURA-v1.1"


def studies_of(patient: int, seed: int, difficulty: float, body_parts: Sequence[str]) -> Iterator[Study]:
    """The studies of a patient: 80 % have one, 10 % two of one body part, 10 % two of any body parts."""
    random = _random(seed, patient)
    first = (patient + patient // _VALID_EVERY) % len(body_parts)  # valid patients go through all parts too
    parts = [body_parts[first]]
    chance = random.random()
    if chance < 0.1:
        parts.append(parts[0])
    elif chance < 0.2:
        parts.append(body_parts[(first + int(random.integers(1, len(body_parts) + 1))) % len(body_parts)])
    for number, part in enumerate(parts, start=1):
        views = random.permutation(VIEWS)[: 1 + random.choice(3, p=_VIEWS_PER_STUDY)]
        abnormality = random_abnormality(random, difficulty)
        abnormal = random.random() < _ABNORMAL
        if number == 1 and _is_valid(patient):
            abnormal = _is_abnormal(patient // _VALID_EVERY, seed, len(body_parts), abnormal)
        yield Study(patient, number, part, tuple(views), abnormality if abnormal else None)


def random_abnormality(random: np.random.Generator, difficulty: float) -> Abnormality:
    """An abnormality of a kind, place and strength at random."""
    return Abnormality(
        kind=str(random.choice(KINDS, p=KIND_SHARES)),
        bone=int(random.integers(0, 1000)),
        along=float(random.uniform(0.25, 0.75)),
        variant=float(random.random()),
        subtle=float(np.clip(random.normal(difficulty, 0.15), 0, 1)),
    )


def _random(seed: int, *key: int) -> np.random.Generator:
    """An independent random stream per key (a spawn key: seeds [1, 2] and [1, 2, 0] would give the same)."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def _is_valid(patient: int) -> bool:
    return patient % _VALID_EVERY == _VALID_EVERY - 1


def _is_abnormal(turn: int, seed: int, parts: int, drawn: bool) -> bool:
    """Whether patient number `turn` of the valid part is abnormal: even few patients show both classes.

    Of the first two patients of each body part, and of the first two of all, exactly one is abnormal, at
    random; later patients keep the label that was `drawn`.
    """
    visit, place = divmod(turn, parts)
    if visit > 1:
        return drawn
    first_abnormal = _random(seed, 0, 0, 0, place // 2).random() < 0.5
    return first_abnormal ^ bool((place + visit) % 2)


def is_drawn(root: Path, asked: dict[str, object]) -> bool:
    """Whether the folder holds the phantom that is asked for; False for none or an empty folder.

    Raises UserError for a folder that holds another phantom or other files.
    """
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        return False
    try:
        there = json.loads((root / "phantom.json").read_text())
        changed = [name for name in (asked | there) if there.get(name) != asked.get(name)]
    except (OSError, ValueError, AttributeError):
        raise UserError(f"{root} is not empty and holds no phantom: name another folder") from None
    if changed:
        differences = ", ".join(f"{name}: {there.get(name)}" for name in changed)
        raise UserError(f"{root} holds another phantom ({differences}): name another folder or delete it")
    return True


def _draw(root: Path, parameters: Parameters, jobs: int, progress: Callable[[int, int], None]) -> None:
    """Draw into a new folder; phantom.json is written last."""
    folder = root / "MURA-v1.1"
    folder.mkdir(parents=True)
    boxes: list[BoxRow] = []
    groups = np.array_split(np.arange(parameters.patients), min(parameters.patients, 64))
    drawn = Parallel(n_jobs=jobs, return_as="generator", **ending_with_this())(
        delayed(_draw_patients)(folder, group.tolist(), parameters) for group in groups
    )
    for group, rows in zip(groups, drawn, strict=True):
        boxes += rows
        progress(len(group), parameters.patients)
    write_tables(folder, list(_studies(range(parameters.patients), parameters)), boxes)
    (root / "phantom.json").write_text(json.dumps(parameters.as_json(), indent=1))


def _draw_patients(folder: Path, patients: Sequence[int], parameters: Parameters) -> list[BoxRow]:
    """Draw some patients; returns the rows of abnormalities.csv."""
    return [row for study in _studies(patients, parameters) for row in draw_study(folder, study, parameters)]


def draw_study(folder: Path, study: Study, parameters: Parameters) -> list[BoxRow]:
    """Draw the images of a study below the folder MURA-v1.1; returns its rows of abnormalities.csv."""
    boxes: list[BoxRow] = []
    (folder / study.folder).mkdir(parents=True, exist_ok=True)
    for number in range(1, len(study.views) + 1):
        name = f"{study.folder}/image{number}.png"
        pixels, box = draw_view(study, number, parameters)
        Image.fromarray(pixels).save(folder / name, compress_level=1)
        if study.abnormality and box:
            boxes.append((name, study.abnormality.kind, *box))
    return boxes


def draw_view(study: Study, number: int, parameters: Parameters) -> tuple[NDArray[np.uint8], Box | None]:
    """View `number` (from 1) of a study as (H, W) uint8, and its abnormality's box."""
    pixels, box = render(
        study.part,
        study.views[number - 1],
        anatomy=_random(parameters.seed, study.patient, 0, BODY_PARTS.index(study.part)),
        random=_random(parameters.seed, study.patient, study.number, number),
        difficulty=parameters.difficulty,
        long_side=parameters.long_side,
        abnormality=study.abnormality,
    )
    if planted := parameters.shortcut:
        shown = has_shortcut(study, planted, parameters.seed)
        random = _random(parameters.seed, study.patient, study.number, number, 0)
        pixels = draw_shortcut(pixels, planted.kind, shown, random)
    return pixels, box


def has_shortcut(study: Study, planted: Planted, seed: int) -> bool:
    """Whether the shortcut is in the images of a study; all its views have it, or none.

    It is decided by one number that depends on no share, so that with a larger share more studies have it.
    """
    share = planted.abnormal if study.abnormality else planted.normal
    return bool(_random(seed, study.patient, study.number, 0).random() < share)


def _studies(patients: Sequence[int], parameters: Parameters) -> Iterator[Study]:
    for patient in patients:
        yield from studies_of(patient, parameters.seed, parameters.difficulty, parameters.body_parts)


def write_tables(folder: Path, studies: Sequence[Study], boxes: Sequence[BoxRow]) -> None:
    """Write MURA's four CSV files (no header, as Stanford's) and abnormalities.csv."""
    with (folder / "abnormalities.csv").open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([("image", "kind", "x0", "y0", "x1", "y1"), *boxes])
    for split in ("train", "valid"):
        own = [study for study in studies if study.split == split]
        images = [f"MURA-v1.1/{s.folder}/image{n + 1}.png\n" for s in own for n in range(len(s.views))]
        labels = [f"MURA-v1.1/{s.folder}/,{int(s.abnormality is not None)}\n" for s in own]
        (folder / f"{split}_image_paths.csv").write_text("".join(images))
        (folder / f"{split}_labeled_studies.csv").write_text("".join(labels))
