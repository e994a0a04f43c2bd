"""A phantom as large as MURA: its patients, and its studies and images per body part, split and class.

It is drawn in groups of studies, each of which is noted when it is done: what was stopped goes on from there.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from joblib import Parallel, delayed

from benchmark.datasets.phantom.anatomy import BODY_PARTS, VIEWS
from benchmark.datasets.phantom.draw import (
    BoxRow,
    Parameters,
    Study,
    draw_study,
    is_drawn,
    random_abnormality,
    write_tables,
)
from benchmark.datasets.verification import MURA
from benchmark.errors import UserError
from extractors.array_store import write_atomically
from extractors.orphans import ending_with_this

PATIENTS = {"train": 11_184, "valid": 783}  # Rajpurkar et al. 2017, arXiv:1712.06957, section 2
_MOST_VIEWS = 5  # images of a study at most; chosen by hand above the largest mean, 3.5
_GROUP = 64  # studies that are drawn and noted together


class LikeMura(Study):
    """A study of a phantom with MURA's numbers, whose first patients are those of training."""

    @property
    def split(self) -> str:
        """MURA's folder of the patient: train or valid."""
        return "train" if self.patient < PATIENTS["train"] else "valid"


def studies_like_mura(seed: int, difficulty: float, share: float = 1.0) -> list[Study]:
    """Every study, by patient and number; of a `share` of MURA that share of each kind, two studies at least.

    A patient has one study, or at random several, of any body part, as MURA has more studies than patients.
    """
    return [
        study
        for split, patients in PATIENTS.items()
        for study in _of_split(split, max(1, round(patients * share)), seed, difficulty, share)
    ]


def draw_like_mura(
    root: Path,
    *,
    share: float = 1.0,
    difficulty: float = 0.5,
    seed: int = 0,
    long_side: int = 512,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Draw a `share` of MURA's numbers into ROOT/MURA-v1.1; a call that was stopped is gone on with.

    The same parameters give the same bytes. `progress` is called with the number of studies just drawn and of
    all. Returns ROOT/MURA-v1.1. Raises UserError as `draw_phantom`, and while another process draws it.
    """
    parameters = Parameters(sum(PATIENTS.values()), difficulty, seed, long_side, BODY_PARTS)
    asked = _as_json(parameters, share)
    if is_drawn(root, asked):
        return root / "MURA-v1.1"
    begun = root.absolute().with_name(f".{root.absolute().name}.begun")
    begun.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{begun}.lock", timeout=0):
            if not is_drawn(root, asked):
                _draw(begun, parameters, asked, share, jobs, progress)
                begun.rename(root)
    except Timeout:
        raise UserError(f"another process draws {root}") from None
    Path(f"{begun}.lock").unlink(missing_ok=True)
    return root / "MURA-v1.1"


def _as_json(parameters: Parameters, share: float) -> dict[str, object]:
    """The parameters without the patients, who follow from the share: no other phantom equals it."""
    kept = parameters.as_json() | {"like": "mura", "share": share}
    return {name: value for name, value in kept.items() if name != "patients"}


def _draw(
    root: Path,
    parameters: Parameters,
    asked: dict[str, object],
    share: float,
    jobs: int,
    progress: Callable[[int, int], None],
) -> None:
    """Draw what is not drawn yet into a folder that may be begun; phantom.json is written last."""
    notes = root / "drawn.json"
    if not notes.is_file() or json.loads(notes.read_text()) != asked:  # of other parameters
        shutil.rmtree(root, ignore_errors=True)
        (root / "groups").mkdir(parents=True)
        write_atomically(notes, json.dumps(asked))
    studies = studies_like_mura(parameters.seed, parameters.difficulty, share)
    groups = [studies[start : start + _GROUP] for start in range(0, len(studies), _GROUP)]
    drawn = Parallel(n_jobs=jobs, return_as="generator", **ending_with_this())(
        delayed(_draw_group)(root, number, group, parameters) for number, group in enumerate(groups)
    )
    boxes: list[BoxRow] = []
    for group, rows in zip(groups, drawn, strict=True):
        boxes += rows
        progress(len(group), len(studies))
    write_tables(root / "MURA-v1.1", studies, boxes)
    shutil.rmtree(root / "groups")
    notes.rename(root / "phantom.json")


def _draw_group(root: Path, number: int, studies: Sequence[Study], parameters: Parameters) -> list[BoxRow]:
    """Draw some studies unless their note is there; returns the rows of abnormalities.csv."""
    note = root / "groups" / f"{number}.json"
    if note.is_file():
        return [tuple(row) for row in json.loads(note.read_text())]
    boxes = [row for study in studies for row in draw_study(root / "MURA-v1.1", study, parameters)]
    write_atomically(note, json.dumps(boxes))
    return boxes


def _of_split(split: str, patients: int, seed: int, difficulty: float, share: float) -> list[Study]:
    """The studies of MURA's train or valid part, dealt to its patients at random."""
    random = np.random.default_rng([seed, list(PATIENTS).index(split)])
    kinds = [kind for part in BODY_PARTS for kind in _kinds(split, part, random, share)]
    first = 0 if split == "train" else PATIENTS["train"]
    owners = first + np.sort(
        np.concatenate(
            [
                np.arange(min(patients, len(kinds))),
                random.integers(patients, size=max(0, len(kinds) - patients)),
            ]
        )
    )
    studies: list[Study] = []
    for owner, place in zip(owners.tolist(), random.permutation(len(kinds)).tolist(), strict=True):
        part, abnormal, views = kinds[place]
        number = studies[-1].number + 1 if studies and studies[-1].patient == owner else 1
        shown = [str(view) for view in random.permutation(VIEWS)] * _MOST_VIEWS
        abnormality = random_abnormality(random, difficulty)
        studies.append(LikeMura(owner, number, part, tuple(shown[:views]), abnormality if abnormal else None))
    return studies


def _kinds(split: str, part: str, random: np.random.Generator, share: float) -> list[tuple[str, bool, int]]:
    """Body part, class and number of views of each study, as many studies and images as are published."""
    counts = MURA[part, "test" if split == "valid" else "train"]
    found = []
    for abnormal in (False, True):
        studies = max(2, round(counts[abnormal] * share))
        images = max(studies, round(counts[2 + abnormal] * share))
        more = random.permutation(np.arange(studies * (_MOST_VIEWS - 1)) % studies)[: images - studies]
        views = 1 + np.bincount(more, minlength=studies)
        found += [(part, abnormal, int(number)) for number in views]
    return found
