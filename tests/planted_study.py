"""A grid whose cells are all done, with planted answers: records are written, nothing is fitted."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.special import expit

from benchmark.datasets.label_noise import noise_share
from benchmark.datasets.manifest import Manifest
from benchmark.execution.plan import Plan, PlannedCell, make_plan
from benchmark.execution.record import context_of, finished, now
from benchmark.execution.run import _without_unreadable
from benchmark.execution.subsets import Subset, Subsets
from benchmark.grid.schema import Grid
from benchmark.store.records import Records
from classifiers.fitting import Fit

VIEWS = 3  # at most, of a study
CROSSING = 200  # training images


class PlantedManifest(Manifest):
    """Images that are nowhere: only their rows count."""

    def digest(self) -> str:
        return "planted"


def planted_manifest(parts: list[str], train: int, test: int, seed: int = 0) -> Manifest:
    """So many training and test studies per body part, one or two of a patient, half of them abnormal."""
    random = np.random.default_rng(seed)
    tables = [
        _studies(random, part, split, studies)
        for part in parts
        for split, studies in (("train", train), ("test", test))
    ]
    return PlantedManifest(Path("planted"), pd.concat(tables, ignore_index=True), "valid")


def _studies(random: np.random.Generator, part: str, split: str, studies: int) -> pd.DataFrame:
    patients = random.integers(studies * 3 // 4, size=studies)
    views = random.integers(1, VIEWS + 1, size=studies)
    table = pd.DataFrame(
        {
            "patient": [f"{part}-{split}-{patient}" for patient in patients],
            "study": [f"{part}-{split}-study{study}" for study in range(studies)],
            "body_part": part,
            "label": random.integers(2, size=studies),
            "split": split,
        }
    )
    table = table.loc[table.index.repeat(views)].reset_index(drop=True)
    return table.assign(image=[f"{part}/{split}/{row}.png" for row in table.index])


def planted_study(
    folder: Path,
    grid: Grid,
    manifest: Manifest,
    *,
    done: float = 1.0,
    jobs: int = 1,
    unreadable: tuple[str, ...] = (),
) -> tuple[Plan, Records]:
    """Write the records of a grid's cells (the first share `done` of them, those not there yet) and plan it again.

    Images that are `unreadable` are in none of them.

    Fine-tuned cells are behind frozen ones below CROSSING images and ahead above; hand-crafted ones are
    behind both.
    """
    records = Records(folder, grid.name)
    plan = make_plan(grid, manifest, records)
    cells = [planned for planned in plan.cells[: round(done * len(plan.cells))] if planned.status != "done"]
    Parallel(jobs)(delayed(_write)(plan, records, cells[first::jobs], unreadable) for first in range(jobs))
    return make_plan(grid, manifest, records), records


def _write(plan: Plan, records: Records, cells: list[PlannedCell], unreadable: tuple[str, ...]) -> None:
    pixels = SimpleNamespace(digest="planted", meta={"unreadable": list(unreadable)})
    plan = _without_unreadable(plan, pixels)  # type: ignore[arg-type]
    context, subsets = context_of(plan, pixels), Subsets(plan)  # type: ignore[arg-type]
    for planned in cells:
        cell = planned.cell
        subset = subsets.subset(cell.body_part, cell.train_size, cell.seed, cell.control)
        records.write(finished(planned, subset, context, _fit(planned, subset), now(), **_facts(planned)))


def separation(strategy: str, images: int) -> float:
    """How far apart the two classes are planted, in standard deviations of the noise."""
    grown = np.log10(images / CROSSING)
    return {"feature_extraction": 1.2 + 0.2 * grown, "fine_tuning": 1.2 + 0.9 * grown}.get(strategy, 0.8)


def _fit(planned: PlannedCell, subset: Subset) -> Fit:
    cell = planned.cell
    studies = subset.test_images["study"].astype("category")
    shared = np.random.default_rng(1).normal(size=len(studies.cat.categories))[studies.cat.codes]
    own = np.random.default_rng(int(cell.id, 16) % 2**32).normal(size=len(studies))
    labels = subset.test_images["label"].to_numpy()
    blind = cell.classifier == "majority" or cell.control == "shuffled_labels"
    apart = 0.0 if blind else separation(cell.strategy, len(subset.train_rows))
    if cell.strategy == "fine_tuning":  # suffers alone from wrong labels
        apart *= 1 - 2 * noise_share(cell.control)
    scores = (labels - 0.5) * apart + 0.8 * shared + 0.6 * own
    seconds = {"select": 1.0, "fit": 1.0 + (cell.strategy == "fine_tuning") * 99, "predict": 0.5}
    parameters = {"best_epoch": 2} if cell.strategy == "fine_tuning" else {"C": 1.0}
    return Fit(expit(scores), parameters, 0.5 + apart / 10, 0.5, seconds, 1000)


def _facts(planned: PlannedCell) -> dict[str, object]:
    cost = {"device": "cpu", "seconds_embed": 2.0, "seconds_select": 1.0, "seconds_fit": 1.0}
    cost |= {"seconds_tune": 0.0, "seconds_predict": 0.5, "seconds_total": 4.5, "peak_memory_bytes": 10**9}
    if planned.cell.strategy != "fine_tuning":
        return {"cost": cost}
    epochs = [
        {
            "step": epoch,
            "stage": 1,
            "epoch": epoch,
            "learning_rate": 0.1,
            "seconds": 1.0,
            **{
                f"{part}_{name}": 0.5 + epoch / 10
                for part in ("train", "validation")
                for name in ("loss", "accuracy", "auroc")
            },
        }
        for epoch in (1, 2, 3)
    ]
    return {"cost": cost | {"seconds_tune": 95.0, "seconds_total": 99.5}, "history": epochs}
