"""The external sets that a grid names, as a plan and its workers see them: hospitals, and corruptions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmark.datasets.external import ExternalImages, external_images, image_columns
from benchmark.datasets.kind import DatasetKind
from benchmark.datasets.kinds import DATASET_KINDS, kind_at
from benchmark.datasets.manifest import Manifest, findings_in
from benchmark.datasets.names import EVERY_PART
from benchmark.datasets.splits import RowNumbers
from benchmark.errors import UserError, reason
from benchmark.execution.image_state import ImageState, images_now
from benchmark.grid.cells import Cell
from benchmark.grid.external import Corruptions, External
from benchmark.grid.schema import Grid, ImageSettings
from benchmark.store.external_files import is_whole
from benchmark.store.record import Corrupted, Elsewhere, Finished
from benchmark.store.records import Records
from extractors.corruptions import CORRUPTIONS_VERSION
from extractors.digests import digest_of
from results.counts import counted, of_count
from results.label_tasks import MULTILABEL, LabelTask

SAME_IMAGES = "it has the same images as '{}', and would count twice in every family of tests"


@dataclass(frozen=True, eq=False)
class ExternalSet:
    """A test set beside the grid's own; nothing is chosen on it.

    `images` (n rows: `image_columns`) are those that are tested. `manifest` holds
    them as files, None for a corruption, which is made of the grid's own test images. `digest` is that of
    what the set is, without pixels; `state` are the files as they were when the plan was made.
    """

    name: str
    digest: str
    images: pd.DataFrame
    manifest: Manifest | None = None
    state: ImageState | None = None
    corruption: Corrupted | None = None
    allow_shared: tuple[str, ...] = ()
    untested: frozenset[str] = frozenset()  # body parts whose cells find other labels here than at home

    @cached_property
    def parts(self) -> frozenset[str]:
        """The body parts that it shows."""
        return frozenset(self.images["body_part"])

    def tests(self, cell: Cell) -> bool:
        """Whether a cell is tested on it: no control is, nor a cell of a part that it lacks or `untested`."""
        shown = cell.body_part == EVERY_PART or cell.body_part in self.parts
        return shown and not cell.control and cell.body_part not in self.untested

    def rows_of(self, body_part: str) -> RowNumbers:
        """The rows of `images` that show this body part; all of them for `all`."""
        if body_part == EVERY_PART:
            return np.arange(len(self.images))
        return np.flatnonzero(self.images["body_part"].to_numpy() == body_part)

    def read(self, files: str, pixels: str) -> "ExternalSet":
        """The set as workers need it when its images were read: without the list of its files.

        `files` and `pixels` are the digests of their bytes and of their pixels.
        """
        state = ImageState(files, pixels) if self.manifest is not None else None
        return replace(self, manifest=None, state=state)

    def only(self, rows: RowNumbers) -> "ExternalSet":
        """The set with these images alone."""
        manifest = self.manifest
        if manifest is not None:
            manifest = replace(manifest, images=manifest.images.iloc[rows].reset_index(drop=True))
        return replace(self, images=self.images.iloc[rows].reset_index(drop=True), manifest=manifest)


def external_sets(
    grid: Grid,
    home: Manifest,
    test: RowNumbers,
    cache: Path,
    *,
    read_images: bool,
    jobs: int = 1,
) -> tuple[list[ExternalSet], list[str]]:
    """The sets that a grid names, hospitals first, and a line for each thing to know of them.

    A set that cannot be used is a line and no set: the others, and the grid, go on without it.
    `test` are the rows of the grid's own test images. Where there are results to compare them with
    (`read_images`), files are read that were never read before.
    """
    found: list[ExternalSet] = []
    lines: list[str] = []
    for asked in grid.external:
        try:
            images = _read(asked, home, home.images.iloc[test], grid.body_parts, cache, jobs)
        except UserError as error:
            lines.append(f"{error}; the grid goes on without this set")
            continue
        if twin := next((one.name for one in found if one.digest == images.digest), None):
            lines.append(
                f"external '{asked.name}': {SAME_IMAGES.format(twin)}; the grid goes on without this set"
            )
            continue
        lines += images.notes
        found.append(_of_hospital(asked, images, grid.image, cache, read_images))
    shown = home.images.iloc[test][image_columns(home.task)].reset_index(drop=True)
    wanted = {EVERY_PART, *shown["body_part"]} & set(grid.body_parts)
    if EVERY_PART not in wanted:
        shown = shown[shown["body_part"].isin(list(wanted))].reset_index(drop=True)
    return [*found, *_ladder(grid.corruptions, shown)], lines


def lacking(cell: Cell, record: Finished, sets: Iterable[ExternalSet], records: Records) -> tuple[str, ...]:
    """The names of the sets that a finished cell was not tested on, or not as they are now."""
    return tuple(one.name for one in sets if one.tests(cell) and not _is_tested(record, one, records))


def _is_tested(record: Finished, one: ExternalSet, records: Records) -> bool:
    known = record.external.get(one.name)
    return known is not None and _is_same(one, known) and is_whole(records, record, one.name)


def as_now(records: Iterable[Finished], sets: Sequence[ExternalSet]) -> tuple[list[Finished], list[str]]:
    """The records without their predictions on sets whose images are others now; and a line per such set."""
    kept, outdated = [], Counter[str]()
    for record in records:
        names = {
            one.name
            for one in sets
            if one.name in record.external and not _is_same(one, record.external[one.name])
        }
        outdated.update(names)
        external = {name: facts for name, facts in record.external.items() if name not in names}
        kept.append(record.model_copy(update={"external": external}) if names else record)
    lines = [
        f"external '{name}': {counted(cells, 'cell')} {of_count(cells, 'was', 'were')} tested on other "
        "images than are there now: left out until 'benchmark run' tests again"
        for name, cells in outdated.items()
    ]
    return kept, lines


def _is_same(one: ExternalSet, known: Elsewhere) -> bool:
    """Whether a cell was tested on the set as it is now."""
    return known.digest == one.digest and not (one.state is not None and one.state.differ_from(known))


def _read(
    asked: External,
    home: Manifest,
    tested: pd.DataFrame,
    body_parts: Sequence[str],
    cache: Path,
    jobs: int,
) -> ExternalImages:
    try:
        manifest = _manifest(asked, home, cache, jobs)
    except (OSError, ValueError) as error:
        raise UserError(f"external '{asked.name}': {reason(error)}") from error
    return external_images(
        asked.name,
        manifest,
        home,
        tested=tested,
        body_parts=body_parts,
        parts=asked.parts,
        test_only=asked.split == "test",
        allow_shared=asked.allow_shared,
    )


def _manifest(asked: External, home: Manifest, cache: Path, jobs: int) -> Manifest:
    if asked.root is None:
        return DATASET_KINDS["phantom"].read(asked.phantom, cache, jobs)
    kind = DATASET_KINDS[asked.kind] if asked.kind else kind_at(asked.root)
    labels = _labels(kind, asked.root, home.task)
    return kind.read(
        kind.model.model_validate({"kind": kind.name, "root": asked.root, **labels}), cache, jobs
    )


def _labels(kind: DatasetKind, root: Path, home: LabelTask) -> dict[str, Any]:
    """The keys of a set that say what its labels are: those of home; of findings those that both have.

    Raises UserError for a kind of data set whose labels are of two classes, and without a common finding.
    """
    if home.is_binary:
        return {}
    if "task" not in kind.model.model_fields:
        raise UserError(
            f"a data set of kind {kind.name} is normal or abnormal, and dataset.task is {home.kind}: give a "
            "manifest"
        )
    if home.kind != MULTILABEL:
        return {"task": home.kind, "classes": home.classes}
    if kind.name != "manifest":
        raise UserError(
            f"the findings of a data set of kind {kind.name} are not looked up: make a manifest of it "
            "('benchmark data manifest --help'), and name that"
        )
    known = findings_in(root / "manifest.csv" if root.is_dir() else root)
    both = tuple(name for name in home.classes if known.get(name))
    if not both:
        raise UserError(
            f"none of the grid's findings ({', '.join(home.classes)}) has two values there; it has "
            f"{', '.join(known) or 'no column label:NAME'}"
        )
    return {"task": home.kind, "classes": both}


def _of_hospital(
    asked: External, found: ExternalImages, image: ImageSettings, cache: Path, read_images: bool
) -> ExternalSet:
    state = images_now(found.manifest, image, cache, read_new=read_images)
    return ExternalSet(
        asked.name,
        found.digest,
        found.images,
        found.manifest,
        state,
        allow_shared=tuple(asked.allow_shared),
        untested=found.untested,
    )


def _ladder(asked: Corruptions | None, images: pd.DataFrame) -> Iterable[ExternalSet]:
    for kind in asked.kinds if asked else ():
        for strength in asked.strengths if asked else ():
            digest = digest_of(["corruption", kind, strength, CORRUPTIONS_VERSION])[:20]
            rung = Corrupted(kind=kind, strength=strength)
            yield ExternalSet(f"{kind}-{strength}", digest, images, corruption=rung)
