"""Runs a plan: pixels, then embeddings, then batches of cells, each recorded as it finishes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.batches import Batch, fit_seed, run_batch
from benchmark.datasets.splits import group_ids, is_leaky, nested_order
from benchmark.errors import UserError
from benchmark.executors import Progress, Share, available_cores, run_all
from benchmark.planning import Plan, PlannedCell
from benchmark.records import Records, Result
from extractors.arrays import StoredArray
from extractors.backbones import choose_device
from extractors.embeddings import Failure, load_embeddings
from extractors.pixels import UnreadableImageError, load_pixels

Outcome = tuple[str, str]  # (cell id, status)


@dataclass(frozen=True)
class Settings:
    """Where and how fast: never part of what a cell is."""

    cache: Path
    share: Share
    device: str = "auto"
    skip_unreadable: bool = False


def run_plan(plan: Plan, records: Records, settings: Settings, progress: Progress) -> Iterator[Outcome]:
    """Compute every cell that is not done, yielding (cell id, status) as each batch finishes.

    Raises UserError for images that cannot be read and for a device that is not there.
    """
    _check_device(settings.device)
    pixels = _load_pixels(plan, settings, progress)
    plan = _without_unreadable(plan, pixels)
    embeddings = _load_embeddings(plan, pixels, settings, progress)
    batches: list[Batch] = []
    for batch in make_batches(plan, embeddings, pixels):
        if isinstance(batch, Batch):
            batches.append(batch)
        else:
            records.write(batch)
            yield batch.cell, batch.record["status"]
    batches.sort(key=lambda batch: -sum(planned.seconds for planned in batch.cells))
    yield from _run_batches(batches, records, settings.share, progress)


def make_batches(
    plan: Plan, embeddings: dict[str, StoredArray | Failure], pixels: StoredArray
) -> Iterator[Batch | Result]:
    """The plan's unfinished cells as batches, or as failed results where there is no embedding."""
    groups: dict[tuple[Any, ...], list[PlannedCell]] = defaultdict(list)
    for planned in plan.todo:
        cell = planned.cell
        groups[cell.backbone, cell.body_part, cell.seed, cell.train_size].append(planned)
    subsets = _Subsets(plan)
    for (backbone, part, seed, size), cells in groups.items():
        embedding = embeddings[backbone]
        if isinstance(embedding, Failure):
            yield from (_unembedded(planned, embedding.error) for planned in cells)
            continue
        train, test = subsets.rows(part, seed, size), plan.rows_of(plan.test, part)
        images = plan.manifest.images
        yield Batch(
            cells=cells,
            embedding=embedding.folder,
            train_rows=train,
            train_labels=images["label"].to_numpy(np.int64)[train],
            train_groups=group_ids(images.iloc[train], plan.grid.dataset.protocol),
            train_patients=int(images["patient"].iloc[train].nunique()),
            test_rows=test,
            test_images=images.iloc[test][["image", "study", "patient", "body_part", "label"]].reset_index(
                drop=True
            ),
            seed=fit_seed(part, size, seed),
            evaluation=plan.grid.evaluation.model_dump(include={"confidence", "resamples"}),
            shared_record=_shared_record(plan, embedding, pixels),
        )


class _Subsets:
    """The nested training subsets, each order worked out once and shared by all methods."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._orders: dict[tuple[str, int], NDArray[np.intp]] = {}

    def rows(self, body_part: str, seed: int, train_size: int | str) -> NDArray[np.intp]:
        """The manifest rows of the first `train_size` images of this body part's order."""
        if (body_part, seed) not in self._orders:
            pool = self._plan.rows_of(self._plan.pool, body_part)
            images = self._plan.manifest.images.iloc[pool]
            groups = group_ids(images, self._plan.grid.dataset.protocol)
            self._orders[body_part, seed] = pool[nested_order(images, groups, body_part, seed)]
        order = self._orders[body_part, seed]
        return order if isinstance(train_size, str) else order[:train_size]


def _check_device(name: str) -> None:
    try:
        choose_device(name)
    except ValueError as error:
        raise UserError(f"--device: {error}") from None


def _load_pixels(plan: Plan, settings: Settings, progress: Progress) -> StoredArray:
    images = plan.manifest.images["image"].tolist()
    try:
        return load_pixels(
            settings.cache,
            plan.manifest.root,
            images,
            size=plan.grid.image.size,
            fit=plan.grid.image.fit,
            jobs=available_cores(),
            skip_unreadable=settings.skip_unreadable,
            progress=lambda rows: progress("decoding images", rows, len(images)),
        )
    except UnreadableImageError as error:
        raise UserError(str(error)) from None


def _without_unreadable(plan: Plan, pixels: StoredArray) -> Plan:
    """The same plan with the skipped images taken out of pool and test set."""
    unreadable = plan.manifest.images["image"].isin(list(pixels.meta["unreadable"])).to_numpy()
    return replace(plan, pool=plan.pool[~unreadable[plan.pool]], test=plan.test[~unreadable[plan.test]])


def _load_embeddings(
    plan: Plan, pixels: StoredArray, settings: Settings, progress: Progress
) -> dict[str, StoredArray | Failure]:
    extractors = {planned.cell.backbone: planned.cell.extractor for planned in plan.todo}
    stored = load_embeddings(
        settings.cache,
        pixels,
        list(extractors.values()),
        device=settings.device,
        jobs=available_cores(),
        progress=lambda label, rows: progress(f"embedding with {label}", rows, len(pixels.data)),
    )
    return dict(zip(extractors, stored, strict=True))


def _run_batches(
    batches: list[Batch], records: Records, share: Share, progress: Progress
) -> Iterator[Outcome]:
    total = sum(len(batch.cells) for batch in batches)
    work = partial(run_batch, records=records, threads=share.threads)
    for outcomes in run_all(work, batches, share):
        progress("fitting classifiers", len(outcomes), total)
        yield from outcomes


def _shared_record(plan: Plan, embedding: StoredArray, pixels: StoredArray) -> dict[str, Any]:
    return {
        "grid": plan.grid.name,
        "dataset": plan.grid.dataset.kind,
        "protocol": plan.grid.dataset.protocol,
        "leaky": is_leaky(plan.grid.dataset.protocol),
        "evaluated_on": plan.manifest.evaluated_on,
        "image": plan.grid.image.model_dump(),
        "embedding": {
            "width": int(embedding.data.shape[1]),
            "digest": embedding.digest,
            **embedding.meta["cost"],
        },
        "pixels_digest": pixels.digest,
        "unreadable": sorted(pixels.meta["unreadable"]),
    }


def _unembedded(planned: PlannedCell, error: str) -> Result:
    record = {
        "cell": planned.cell.id,
        **planned.cell.axes,
        "status": "failed",
        "error": error,
        "fingerprint": planned.fingerprint,
    }
    return Result(planned.cell.id, record)
