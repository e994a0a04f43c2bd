"""Runs a plan: pixels, then embeddings, then batches of cells, each recorded as it finishes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.errors import UserError
from benchmark.execution.advice import with_advice
from benchmark.execution.executors import Progress, Share, available_cores, run_all
from benchmark.execution.fine_tuned import Tuner, Watch
from benchmark.execution.frozen import Batch, run_batch
from benchmark.execution.plan import Plan, PlannedCell
from benchmark.execution.record import Context, context_of, failed, now
from benchmark.execution.subsets import Samples
from benchmark.grid.image_free import COSTS_NOTHING
from benchmark.store.records import Records, Result
from extractors.array_store import StoredArray
from extractors.devices import choose_device
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


def run_plan(
    plan: Plan,
    records: Records,
    settings: Settings,
    progress: Progress,
    watch: Watch = lambda cell, epoch: None,
) -> Iterator[Outcome]:
    """Compute every cell that is not done, yielding (cell id, status) as it finishes.

    `watch` is told each epoch of a fine-tuning. Raises UserError for images that cannot be read and
    for a device that is not there.
    """
    _check_device(settings.device)
    pixels = _load_pixels(plan, settings, progress)
    plan = _without_unreadable(plan, pixels)
    samples, context = Samples(plan), context_of(plan, pixels)
    embeddings = _load_embeddings(plan, pixels, settings, progress)
    batches: list[Batch] = []
    for batch in make_batches(plan, embeddings, samples, context):
        if isinstance(batch, Batch):
            batches.append(batch)
        else:
            records.write(batch)
            yield batch.cell, batch.record.status
    batches.sort(key=lambda batch: -sum(planned.seconds for planned in batch.cells))
    yield from _run_batches(batches, records, settings.share, progress)
    tuned = sorted((p for p in plan.todo if p.cell.recipe), key=lambda planned: planned.seconds)
    tuner = Tuner(samples, pixels, context, settings.cache, settings.device, progress, watch)
    yield from tuner.run(tuned, records)


def make_batches(
    plan: Plan, embeddings: dict[str, StoredArray | Failure], samples: Samples, context: Context
) -> Iterator[Batch | Result]:
    """The plan's unfinished frozen cells as batches, or as failed results where there is no embedding."""
    groups: dict[tuple[Any, ...], list[PlannedCell]] = defaultdict(list)
    for planned in (planned for planned in plan.todo if not planned.cell.recipe):
        cell = planned.cell
        groups[cell.backbone, cell.body_part, cell.train_size, cell.seed, cell.control].append(planned)
    for (backbone, *points), cells in groups.items():
        sample = samples.sample(*points)
        if cells[0].cell.embedded_by is None:
            yield Batch(cells, None, COSTS_NOTHING, sample, context)
            continue
        embedding = embeddings[backbone]
        if isinstance(embedding, Failure):
            yield from (failed(planned, context, embedding.cause, now()) for planned in cells)
            continue
        facts = {"width": int(embedding.data.shape[1]), "digest": embedding.digest, **embedding.meta["cost"]}
        yield Batch(cells, embedding.folder, facts, sample, context)


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
        raise UserError(with_advice(error)) from None


def _without_unreadable(plan: Plan, pixels: StoredArray) -> Plan:
    """The same plan with the skipped images taken out of pool and test set."""
    unreadable = plan.manifest.images["image"].isin(list(pixels.meta["unreadable"])).to_numpy()
    return replace(plan, pool=plan.pool[~unreadable[plan.pool]], test=plan.test[~unreadable[plan.test]])


def _load_embeddings(
    plan: Plan, pixels: StoredArray, settings: Settings, progress: Progress
) -> dict[str, StoredArray | Failure]:
    cells = [planned.cell for planned in plan.todo]
    extractors = {cell.backbone: extractor for cell in cells if (extractor := cell.embedded_by)}
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
    if total:
        progress("fitting classifiers", 0, total)
    work = partial(run_batch, records=records, threads=share.threads)
    for outcomes in run_all(work, batches, share):
        progress("fitting classifiers", len(outcomes), total)
        yield from outcomes
