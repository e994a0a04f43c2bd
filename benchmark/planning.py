"""What a run would do: which cells are done, stale, failed or missing, why, and how long the rest takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.cells import Cell, LeftOut, expand
from benchmark.datasets.manifest import Manifest
from benchmark.datasets.names import EVERY_PART, SPLITS_VERSION, did_you_mean
from benchmark.datasets.splits import pool_and_test
from benchmark.errors import UserError
from benchmark.grid import Grid
from benchmark.records import PREDICTIONS, Records
from classifiers.names import RECIPE_VERSION
from extractors.specs import EMBEDDINGS_VERSION, PIXELS_VERSION

Fingerprint = dict[str, Any]

# Seconds of one core to select and fit on 1,000 images, and the power of the image count that it grows
# with: where `plan` begins before the workspace holds measured cells of the same classifier.
_FIRST_GUESS = {
    "logistic_regression": (1.0, 1.0),
    "linear_svm": (1.0, 1.0),
    "rbf_svm": (2.0, 2.0),
    "xgboost": (15.0, 1.0),
    "majority": (0.1, 0.0),
}


@dataclass(frozen=True)
class PlannedCell:
    """A cell with its status (done, stale, failed, missing), the reason and the seconds it should take."""

    cell: Cell
    status: str
    reason: str
    seconds: float
    fingerprint: Fingerprint


@dataclass(frozen=True)
class Plan:
    """Everything that is known before anything is computed."""

    grid: Grid
    manifest: Manifest
    pool: NDArray[np.intp]
    test: NDArray[np.intp]
    cells: list[PlannedCell]
    left_out: list[LeftOut]

    @property
    def todo(self) -> list[PlannedCell]:
        """The cells that a run would compute."""
        return [planned for planned in self.cells if planned.status != "done"]

    def rows_of(self, rows: NDArray[np.intp], body_part: str) -> NDArray[np.intp]:
        """Those of the manifest's `rows` that show this body part (or any, for `all`)."""
        if body_part == EVERY_PART:
            return rows
        parts = self.manifest.images["body_part"].to_numpy()
        shown: NDArray[np.intp] = rows[parts[rows] == body_part]
        return shown


def make_plan(grid: Grid, manifest: Manifest, records: Records) -> Plan:
    """Compare what the grid asks for with what the records hold.

    Raises UserError for a body part without images and for a backbone that does not exist.
    """
    pool, test = pool_and_test(manifest, grid.dataset.protocol)
    plan = Plan(grid, manifest, pool, test, [], [])
    pool_sizes = {part: len(plan.rows_of(pool, part)) for part in grid.body_parts}
    for part in grid.body_parts:
        _check_part(part, plan)
    cells, left_out = expand(grid, pool_sizes)
    digest = manifest.digest()
    known = {cell.id: records.read(cell.id) for cell in cells}
    guess = _Guess([record for record in known.values() if record and record["status"] == "ok"])
    for cell in cells:
        fingerprint = fingerprint_of(cell, grid, digest)
        status, reason = _status(known[cell.id], fingerprint, records.cell_folder(cell.id))
        images = pool_sizes[cell.body_part] if isinstance(cell.train_size, str) else cell.train_size
        plan.cells.append(PlannedCell(cell, status, reason, guess.seconds(cell, images), fingerprint))
    plan.left_out.extend(left_out)
    _check_backbones(plan)
    return plan


def fingerprint_of(cell: Cell, grid: Grid, manifest_digest: str) -> Fingerprint:
    """How a cell is computed: when any part changes, its stored result is stale."""
    return {
        "manifest": manifest_digest,
        "weights and preprocessing": cell.extractor.identity(),
        "image": {**grid.image.model_dump(), "pixels": PIXELS_VERSION, "embeddings": EMBEDDINGS_VERSION},
        "recipe": {"classifier": RECIPE_VERSION, "splits": SPLITS_VERSION},
    }


def _status(record: dict[str, Any] | None, fingerprint: Fingerprint, folder: Path) -> tuple[str, str]:
    if record is None:
        return "missing", "never run"
    if record["status"] != "ok":
        return "failed", str(record["error"])
    changed = [key for key, value in fingerprint.items() if record["fingerprint"].get(key) != value]
    if changed:
        return "stale", f"changed since: {', '.join(changed)}"
    if not (folder / PREDICTIONS).is_file():
        return "missing", "its predictions are gone"
    return "done", ""


def _check_part(part: str, plan: Plan) -> None:
    present = tuple(sorted(plan.manifest.images["body_part"].unique()))
    if part != EVERY_PART and part not in present:
        raise UserError(f"body_parts: no image shows '{part}'{did_you_mean(part, (EVERY_PART, *present))}")
    labels = plan.manifest.images["label"].to_numpy()
    for rows, name in ((plan.pool, "training"), (plan.test, "test")):
        found = labels[plan.rows_of(rows, part)]
        if not len(found):
            raise UserError(f"body_parts: '{part}' has no {name} image; leave it out of the grid")


def _check_backbones(plan: Plan) -> None:
    names = {p.cell.extractor.name for p in plan.todo if p.cell.strategy == "feature_extraction"}
    if names:
        from extractors.backbones import check_name  # imports torch, which a finished grid can do without

        for name in sorted(names):
            try:
                check_name(name)
            except ValueError as error:
                raise UserError(f"feature_extraction.backbones: {error}") from None


class _Guess:
    """How long a cell takes: as its like in the records took, else a first guess."""

    def __init__(self, records: Sequence[Mapping[str, Any]]) -> None:
        self._measured: dict[str, list[tuple[int, float]]] = {}
        for record in records:
            point = (int(record["counts"]["train_images"]), float(sum(record["seconds"].values())))
            self._measured.setdefault(record["classifier"], []).append(point)

    def seconds(self, cell: Cell, images: int) -> float:
        """Seconds of one core for a cell of this many images."""
        base, power = _FIRST_GUESS.get(cell.classifier, (10.0, 1.0))
        near = self._measured.get(cell.classifier)
        if not near:
            return float(base * (images / 1000) ** power)
        measured_images, _ = min(near, key=lambda point: abs(np.log(point[0] / images)))
        like = [seconds for n, seconds in near if n == measured_images]
        return float(np.mean(like) * (images / measured_images) ** power)
