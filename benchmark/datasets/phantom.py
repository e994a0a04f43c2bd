"""Radiograph-like images that the project draws itself, laid out as MURA, each abnormality's place known."""

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from PIL import Image

from benchmark.datasets.names import did_you_mean
from benchmark.datasets.phantom_anatomy import BODY_PARTS, VIEWS
from benchmark.datasets.phantom_drawing import KINDS, Abnormality, render
from benchmark.errors import UserError

PHANTOM_VERSION = 1  # raise it when the same parameters draw other images
_ABNORMAL = 0.4  # share of abnormal studies, as in MURA
_VIEWS_PER_STUDY = (0.25, 0.45, 0.3)
_VALID_EVERY = 10  # every tenth patient is in the valid part, as in MURA's published split


@dataclass(frozen=True)
class Study:
    """One study to be drawn."""

    patient: int
    number: int
    part: str
    views: tuple[str, ...]
    abnormality: Abnormality | None

    @property
    def folder(self) -> str:
        """MURA's folder for the study, below MURA-v1.1."""
        split = "valid" if _is_valid(self.patient) else "train"
        label = "positive" if self.abnormality else "negative"
        return f"{split}/XR_{self.part.upper()}/patient{self.patient + 1:05d}/study{self.number}_{label}"


def draw_phantom(
    root: Path,
    *,
    patients: int,
    difficulty: float = 0.5,
    seed: int = 0,
    long_side: int = 512,
    body_parts: Sequence[str] = BODY_PARTS,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Draw `patients` patients into ROOT/MURA-v1.1, with MURA's CSV files and abnormalities.csv.

    The same parameters give the same bytes, on any number of processes; more patients leave the
    earlier ones as they are. A finished folder of the same parameters is kept. Returns
    ROOT/MURA-v1.1. Raises UserError for parameters out of range and for a folder of other ones.
    """
    asked = {
        "version": PHANTOM_VERSION,
        "patients": patients,
        "difficulty": difficulty,
        "seed": seed,
        "long_side": long_side,
        "body_parts": list(body_parts),
    }
    _check(asked)
    if _is_drawn(root, asked):
        return root / "MURA-v1.1"
    temporary = root.with_name(f".{root.name}.{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    (temporary / "MURA-v1.1").mkdir(parents=True)
    boxes: list[list[Any]] = []
    groups = np.array_split(np.arange(patients), min(patients, 64))
    drawn = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_draw_patients)(temporary / "MURA-v1.1", group.tolist(), asked) for group in groups
    )
    for group, rows in zip(groups, drawn, strict=True):
        boxes += rows
        progress(len(group), patients)
    _write_tables(temporary / "MURA-v1.1", asked, boxes)
    (temporary / "phantom.json").write_text(json.dumps(asked, indent=1))
    root.parent.mkdir(parents=True, exist_ok=True)
    temporary.rename(root)
    return root / "MURA-v1.1"


def studies_of(patient: int, seed: int, difficulty: float, body_parts: Sequence[str]) -> Iterator[Study]:
    """A patient's studies: mostly one, some two of one part, some of two parts."""
    random = np.random.default_rng([seed, patient])
    first = (patient + patient // _VALID_EVERY) % len(body_parts)  # valid patients go through all parts too
    parts = [body_parts[first]]
    chance = random.random()
    if chance < 0.1:
        parts.append(parts[0])
    elif chance < 0.2:
        parts.append(body_parts[(first + int(random.integers(1, len(body_parts) + 1))) % len(body_parts)])
    for number, part in enumerate(parts, start=1):
        views = random.permutation(VIEWS)[: 1 + random.choice(3, p=_VIEWS_PER_STUDY)]
        abnormality = Abnormality(
            kind=str(random.choice(KINDS, p=(0.4, 0.2, 0.25, 0.15))),
            bone=int(random.integers(0, 1000)),
            along=float(random.uniform(0.25, 0.75)),
            variant=float(random.random()),
            subtle=float(np.clip(random.normal(difficulty, 0.15), 0, 1)),
        )
        abnormal = random.random() < _ABNORMAL
        if _is_valid(patient):  # both classes of every part, as soon as there are two patients of it
            abnormal = (patient // (_VALID_EVERY * len(body_parts)) + number) % 5 in (1, 3)
        yield Study(patient, number, part, tuple(views), abnormality if abnormal else None)


def _is_valid(patient: int) -> bool:
    return patient % _VALID_EVERY == _VALID_EVERY - 1


def _check(asked: dict[str, Any]) -> None:
    if asked["patients"] < 1:
        raise UserError(f"patients: {asked['patients']}: a phantom needs at least one patient")
    if not 0 <= asked["difficulty"] <= 1:
        raise UserError(f"difficulty: {asked['difficulty']}: must be between 0 (obvious) and 1 (subtle)")
    if asked["long_side"] < 32:
        raise UserError(f"long_side: {asked['long_side']}: must be at least 32 pixels")
    for part in asked["body_parts"]:
        if part not in BODY_PARTS:
            raise UserError(f"body_parts: there is no phantom of '{part}'{did_you_mean(part, BODY_PARTS)}")


def _is_drawn(root: Path, asked: dict[str, Any]) -> bool:
    if not root.exists() or not any(root.iterdir()):
        return False
    try:
        there = json.loads((root / "phantom.json").read_text())
    except (OSError, ValueError):
        raise UserError(f"{root} is not empty and holds no phantom: name another folder") from None
    if there != asked:
        changed = ", ".join(f"{k}: {there.get(k)}" for k in asked if there.get(k) != asked[k])
        raise UserError(f"{root} holds another phantom ({changed}): name another folder or delete it")
    return True


def _draw_patients(folder: Path, patients: Sequence[int], asked: dict[str, Any]) -> list[list[Any]]:
    """Draw some patients; returns the rows of abnormalities.csv."""
    boxes = []
    for patient in patients:
        for study in studies_of(patient, asked["seed"], asked["difficulty"], asked["body_parts"]):
            (folder / study.folder).mkdir(parents=True)
            for number, view in enumerate(study.views, start=1):
                pixels, box = render(
                    study.part,
                    view,
                    anatomy=np.random.default_rng([asked["seed"], patient, BODY_PARTS.index(study.part)]),
                    random=np.random.default_rng([asked["seed"], patient, study.number, number]),
                    difficulty=asked["difficulty"],
                    long_side=asked["long_side"],
                    abnormality=study.abnormality,
                )
                name = f"{study.folder}/image{number}.png"
                Image.fromarray(pixels).save(folder / name, compress_level=1)
                if study.abnormality and box:
                    boxes.append([name, study.abnormality.kind, *box])
    return boxes


def _write_tables(folder: Path, asked: dict[str, Any], boxes: list[list[Any]]) -> None:
    with (folder / "abnormalities.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([["image", "kind", "x0", "y0", "x1", "y1"], *boxes])
    studies = [
        study
        for patient in range(asked["patients"])
        for study in studies_of(patient, asked["seed"], asked["difficulty"], asked["body_parts"])
    ]
    for split in ("train", "valid"):
        mine = [study for study in studies if study.folder.startswith(split)]
        images = [f"MURA-v1.1/{s.folder}/image{n + 1}.png\n" for s in mine for n in range(len(s.views))]
        labels = [f"MURA-v1.1/{s.folder}/,{int(s.abnormality is not None)}\n" for s in mine]
        (folder / f"{split}_image_paths.csv").write_text("".join(images))
        (folder / f"{split}_labeled_studies.csv").write_text("".join(labels))
