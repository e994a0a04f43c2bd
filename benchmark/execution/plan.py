"""The plan of a run: each cell's status (done, stale, failed, missing) with its reason and expected time."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.finding import Finding
from benchmark.datasets.manifest import Manifest
from benchmark.datasets.names import BY_IMAGE, BY_SITE, EVERY_PART, SPLITS_VERSION
from benchmark.datasets.splits import is_leaky, pool_and_test, rows_showing
from benchmark.datasets.table_checks import leaky_parts, split_findings
from benchmark.errors import UserError
from benchmark.execution.estimates import CellTimes
from benchmark.execution.external_sets import ExternalSet, lacking
from benchmark.execution.image_state import CHANGED, ImageState
from benchmark.execution.training_rows import TrainingRows
from benchmark.grid.cells import Cell, LeftOut, expand
from benchmark.grid.controls import CONTROLS_VERSION, expand_controls
from benchmark.grid.schema import Grid
from benchmark.grid.strategies import STRATEGIES
from benchmark.store.other_grids import OtherGrids
from benchmark.store.record import Failed, Finished, Record
from benchmark.store.records import Records
from classifiers.catalogue import CLASSIFIERS
from extractors.digests import JsonValue, digest_of
from extractors.sources.known_names import check_names
from extractors.specs import EMBEDDINGS_VERSION, PIXELS_VERSION, networks_of
from extractors.validation import did_you_mean
from results.names import LEAKY_SPLIT

Fingerprint = dict[str, Any]
NEVER = "never run"


@dataclass(frozen=True)
class PlannedCell:
    """A cell with its status (done, stale, failed, missing), the reason and the expected core seconds.

    `held_by` names another grid of the workspace that has the cell finished, for a run to take over. `lacks`
    names the external sets that a cell that is done was not tested on.
    """

    cell: Cell
    status: str
    reason: str
    seconds: float
    fingerprint: Fingerprint
    held_by: str = ""
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The grid, its images, their split (`pool` and `test`: rows of the manifest) and its cells' status."""

    grid: Grid
    manifest: Manifest
    pool: NDArray[np.intp]
    test: NDArray[np.intp]
    cells: list[PlannedCell] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    images: ImageState | None = None  # as they were when the plan was made; None for images never read
    external: tuple[ExternalSet, ...] = ()  # further test sets

    @property
    def todo(self) -> list[PlannedCell]:
        """The cells that a run would compute, or test on external sets that they lack."""
        return [planned for planned in self.cells if planned.status != "done" or planned.lacks]

    def rows(self) -> list[dict[str, Any]]:
        """A row per cell: cell, its axes, status, reason and (unless left out) estimated seconds."""
        planned = [{**_row(p.cell, p.status, p.reason), "seconds": round(p.seconds, 1)} for p in self.cells]
        return planned + [_row(left.cell, "left_out", left.reason) for left in self.left_out]

    def to_frame(self) -> pd.DataFrame:
        """The `rows` as a table."""
        return pd.DataFrame(self.rows())

    def plan_for(self, control: str) -> "Plan":
        """The plan whose split the cells of a control use: for `leaky_split` one split by image."""
        return self._split_by_image if control == LEAKY_SPLIT else self

    @cached_property
    def _split_by_image(self) -> "Plan":
        dataset = self.grid.dataset.model_copy(update={"protocol": BY_IMAGE})
        known = np.concatenate([self.pool, self.test])
        pool, test = (rows[np.isin(rows, known)] for rows in pool_and_test(self.manifest, BY_IMAGE))
        return replace(self, grid=self.grid.model_copy(update={"dataset": dataset}), pool=pool, test=test)

    @property
    def evaluated_on(self) -> str:
        """The name of the test part: the data set's own, or the site that is held out."""
        if self.grid.dataset.protocol == BY_SITE:
            return f"site {self.grid.dataset.site}"
        return self.manifest.evaluated_on

    @cached_property
    def findings(self) -> list[Finding]:
        """What is wrong with this split by the table alone, as `data verify` says it; errors first."""
        asked, protocol = self.grid.body_parts, self.grid.dataset.protocol
        task = self.manifest.task
        return split_findings(self.manifest.images, self.pool, self.test, asked, protocol, task)

    @cached_property
    def leaky_parts(self) -> frozenset[str]:
        """The body parts of the grid with a patient in training and in test; each, in a split by image."""
        if is_leaky(self.grid.dataset.protocol):
            return frozenset(self.grid.body_parts)
        return leaky_parts(self.manifest.images, self.pool, self.test, self.grid.body_parts)

    @cached_property
    def training(self) -> TrainingRows:
        """The training subsets of this split."""
        return TrainingRows(self.grid, self.manifest.images, self.pool)

    def pool_size(self, body_part: str, control: str = "") -> int:
        """The number of training images of a body part, of which each training subset is a part."""
        split = self.plan_for(control)
        return len(split.rows_of(split.pool, body_part))

    def train_images(self, body_part: str, train_size: int | str, seed: int, control: str = "") -> int:
        """The number of training images of a body part, size and seed."""
        if isinstance(train_size, int):
            return train_size
        if self.grid.patient_share(train_size) is None:
            return self.pool_size(body_part, control)
        return len(self.plan_for(control).training.rows(body_part, train_size, seed))

    def images_of(self, cell: Cell) -> int:
        """The number of training images of a cell."""
        return self.train_images(cell.body_part, cell.train_size, cell.seed, cell.control)

    def rows_of(self, rows: NDArray[np.intp], body_part: str) -> NDArray[np.intp]:
        """The `rows` (of the manifest) that show this body part; all of them for `all`."""
        return rows_showing(self.manifest.images, rows, body_part)


def _row(cell: Cell, status: str, reason: str) -> dict[str, Any]:
    return {"cell": cell.id, **cell.axes, "status": status, "reason": reason}


def make_plan(grid: Grid, manifest: Manifest, records: Records, images: ImageState | None = None) -> Plan:
    """List the cells of a grid and compare them with the stored records, and these with the images' state.

    Raises UserError for a body part without images and for a backbone that does not exist.
    """
    pool, test = pool_and_test(manifest, grid.dataset.protocol, grid.dataset.site)
    split = Plan(grid, manifest, pool, test)
    for part in grid.body_parts:
        _check_part(part, split)
    pool_size = cache(split.pool_size)
    cells, left_out = expand(grid, {part: pool_size(part) for part in grid.body_parts})
    controls, left_out_controls = expand_controls(grid, manifest.images, pool_size)
    planned = _compare_with_records([*cells, *controls], split, records, images)
    plan = replace(split, cells=planned, left_out=[*left_out, *left_out_controls], images=images)
    _check_backbones(plan)
    return plan


def _compare_with_records(
    cells: list[Cell], split: Plan, records: Records, now: ImageState | None
) -> list[PlannedCell]:
    """Compare each cell with its record, and estimate its time."""
    digest = _data_digest(split)
    there = records.folders()
    known = {cell.id: _own(records.read(cell.id), cell) for cell in cells if cell.id in there}
    finished = (record for record in known.values() if isinstance(record, Finished))
    guess = CellTimes(finished, split.grid.image.size)
    images_of, others = cache(split.train_images), OtherGrids(records)
    fingerprints: dict[tuple[Hashable, ...], Fingerprint] = {}
    found = []
    for cell in cells:
        kind = cell.extractor, cell.strategy, cell.classifier, bool(cell.control)
        if kind not in fingerprints:
            fingerprints[kind] = fingerprint_of(cell, split.grid, digest)
        fingerprint = fingerprints[kind]
        is_new = cell.id not in there
        status, reason = ("missing", NEVER) if is_new else _status(cell, known[cell.id], fingerprint, records)
        if status == "done" and _of_other_images(known[cell.id], now):
            status, reason = "stale", CHANGED
        held_by = "" if status == "done" else others.holding(cell.id, partial(_is_same, fingerprint, now))
        if held_by:
            reason = f"the grid '{held_by}' holds the same; a run takes it over"
        images = images_of(cell.body_part, cell.train_size, cell.seed, cell.control)
        seconds = 0.0 if held_by else guess.seconds(cell, images)
        found.append(PlannedCell(cell, status, reason, seconds, fingerprint, held_by))
    return found


def _data_digest(split: Plan) -> str:
    """The manifest's digest; with a held-out site also that of the split, which its column decides."""
    digest = split.manifest.digest()
    if split.grid.dataset.protocol != BY_SITE or not digest:
        return digest
    names = split.manifest.images["image"]
    sides: JsonValue = {"pool": names.iloc[split.pool].tolist(), "test": names.iloc[split.test].tolist()}
    return digest_of({"manifest": digest, "split": sides})


def with_images(plan: Plan, records: Records, now: ImageState) -> Plan:
    """The plan whose cells are done or stale by the images that a run has found."""
    cells = []
    for planned in plan.cells:
        if planned.status == "done" or planned.reason == CHANGED:
            other = _of_other_images(records.read(planned.cell.id), now)
            status, reason = ("stale", CHANGED) if other else ("done", "")
            planned = replace(planned, status=status, reason=reason)
        cells.append(planned)
    return replace(plan, cells=cells)


def with_lacking(plan: Plan, records: Records) -> Plan:
    """The plan in which each cell that is done names the external sets that it was not tested on."""
    if not plan.external:
        return plan
    return replace(plan, cells=[_with_lacking(planned, plan, records) for planned in plan.cells])


def _with_lacking(planned: PlannedCell, plan: Plan, records: Records) -> PlannedCell:
    if planned.status != "done":
        return planned
    record = records.read(planned.cell.id)
    lacks = lacking(planned.cell, record, plan.external, records) if isinstance(record, Finished) else ()
    if lacks == planned.lacks:
        return planned
    return replace(planned, lacks=lacks, reason=f"not tested on {', '.join(lacks)}" if lacks else "")


def _is_same(fingerprint: Fingerprint, now: ImageState | None, record: Finished) -> bool:
    """Whether a record was computed from these inputs and images."""
    return not _changed(fingerprint, record) and not _of_other_images(record, now)


def _changed(fingerprint: Fingerprint, record: Record | None) -> list[str]:
    return [key for key, value in fingerprint.items() if record and record.fingerprint.get(key) != value]


def _of_other_images(record: Record | None, now: ImageState | None) -> bool:
    return record is not None and now is not None and now.differ_from(record)


def _own(record: Record | None, cell: Cell) -> Record | None:
    """The record, unless its axes were altered: then it is none."""
    return record if record is not None and record.axes == cell.axes else None


def fingerprint_of(cell: Cell, grid: Grid, manifest_digest: str) -> Fingerprint:
    """The inputs of a cell: when one of them changes, its stored result is stale.

    Without the manifest's digest (a phantom that is not drawn), the phantom's settings in the cell's id stand
    for it.
    """
    known: Fingerprint = {
        **({"manifest": manifest_digest} if manifest_digest else {}),
        "weights and preprocessing": cell.extractor.identity(),
        "image": {**grid.image.given(), "pixels": PIXELS_VERSION, "embeddings": EMBEDDINGS_VERSION},
        "recipe": {**STRATEGIES[cell.strategy].versions, "splits": SPLITS_VERSION},
        "unit": grid.evaluation.unit,
    }
    if cell.classifier in CLASSIFIERS and (own := CLASSIFIERS[cell.classifier].identity()):
        known["classifier"] = own
    return known | {"control": CONTROLS_VERSION} if cell.control else known


def _status(cell: Cell, record: Record | None, fingerprint: Fingerprint, records: Records) -> tuple[str, str]:
    if isinstance(record, Failed):
        return "failed", record.error
    if changed := _changed(fingerprint, record):
        return "stale", f"changed since: {', '.join(changed)}"
    if damage := records.damage(cell.id, record):
        return "missing", f"its file {damage}"
    return ("done", "") if record else ("missing", NEVER)


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
    asked = [(p.cell.extractor, p.cell.strategy) for p in plan.todo]
    by_strategy: dict[str, set[str]] = defaultdict(set)
    for spec, strategy in asked:
        by_strategy[strategy].update(network.name for network in networks_of(spec))
    for strategy, names in by_strategy.items():
        try:
            check_names(names)
        except ValueError as error:
            raise UserError(f"{strategy}.backbones: {error}") from None
