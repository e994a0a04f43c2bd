"""Run a plan: decode the pixels, then give each strategy's unfinished cells to its runner."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pandas as pd

from benchmark.errors import UserError
from benchmark.execution.advice import with_advice
from benchmark.execution.embedding_shards import embed_in_processes, embed_shards, processes_on_cpu
from benchmark.execution.executors import Progress, available_cores
from benchmark.execution.external_pixels import SetPixels, set_pixels
from benchmark.execution.external_results import SetRows
from benchmark.execution.held_cells import HeldCells
from benchmark.execution.image_state import CHANGED, ImageState
from benchmark.execution.job import Job, Outcome
from benchmark.execution.plan import Plan, PlannedCell, with_images, with_lacking
from benchmark.execution.record import Context, context_of
from benchmark.execution.run_settings import RunSettings
from benchmark.execution.subsets import Subsets, check_rows
from benchmark.execution.token_room import check_room
from benchmark.grid.strategies import STRATEGIES
from benchmark.store.leases import HELD
from benchmark.store.record import Epoch, Header
from benchmark.store.records import Records, Result
from extractors.array_store import StoredArray
from extractors.concatenation import concatenated
from extractors.devices import choose_device
from extractors.embeddings import Failure, load_embeddings
from extractors.engines import engines_for
from extractors.pixels import UnreadableImageError, load_pixels
from extractors.specs import ConcatSpec, PlainExtractor, parts_of

_log = logging.getLogger(__name__)
OnEpoch = Callable[[Header, Epoch], None]  # callback (header of the record, numbers of the epoch)


@dataclass(frozen=True, eq=False)
class Run:
    """The input of a strategy's runner besides its cells.

    `pixels.data` is (n, size, size) uint8, one row per image of the manifest; `context` is what all records
    share; `progress(stage, steps done now, steps in all)` and `on_epoch(header, epoch)` are callbacks.
    """

    plan: Plan
    subsets: Subsets
    pixels: StoredArray
    context: Context
    records: Records
    settings: RunSettings
    progress: Progress
    on_epoch: OnEpoch
    external: tuple[SetPixels, ...] = ()  # on which finished cells are tested

    def write(self, result: Result) -> Outcome:
        """Store the result of a cell."""
        self.records.write(result)
        return result.cell, result.record.status

    @property
    def job(self) -> Job:
        """What the workers need of this run."""
        plan = replace(self.plan, cells=[], left_out=[])
        executor = self.settings.executor
        return Job(
            plan,
            self.context,
            self.records,
            self.settings.cache,
            self.pixels.folder,
            self.records.token(make=True),
            self.settings.device,
            self.settings.engine,
            threads=executor.threads(gpu=False),
            device_threads=executor.threads(gpu=True),
        )

    def embeddings(self, cells: Sequence[PlannedCell]) -> dict[str, StoredArray | Failure]:
        """The embeddings of the cells, or tokens, by the extractor's label: cached, or computed in one pass.

        Raises ValueError for an embedding whose rows are not those of the manifest.
        """
        asked = [planned.cell.cached_extractor for planned in cells]
        wanted = {extractor.label: extractor for extractor in asked if extractor}
        found = self._embeddings(parts_of(wanted.values()))
        for label, extractor in wanted.items():
            if isinstance(extractor, ConcatSpec):
                found[label] = self._side_by_side(extractor, [found[part.label] for part in extractor.parts])
        return found

    def embedded_sets(self, cells: Sequence[PlannedCell]) -> dict[str, list[SetRows]]:
        """The external sets embedded by the cells' extractors, by label; a set that fails is a warning."""
        found: dict[str, list[SetRows]] = defaultdict(list)
        stores: dict[str, dict[str, StoredArray | Failure]] = {}
        for one in self.external:
            if one.pixels.digest not in stores:
                stores[one.pixels.digest] = self._on(one.pixels).embeddings(cells)
            for label, stored in stores[one.pixels.digest].items():
                if isinstance(stored, Failure):
                    _log.warning("'%s' cannot be embedded: %s", one.external.name, stored.error)
                else:
                    found[label].append(SetRows.of(one, stored.folder))
        return found

    def _on(self, pixels: StoredArray) -> "Run":
        """The run with other images in the place of its own, to embed them."""
        manifest = replace(self.plan.manifest, images=pd.DataFrame({"image": pixels.ids}))
        return replace(self, plan=replace(self.plan, manifest=manifest), pixels=pixels)

    def _side_by_side(
        self, spec: ConcatSpec, parts: Sequence[StoredArray | Failure]
    ) -> StoredArray | Failure:
        """The embedding of a concatenation; the first failure of its parts, if one failed."""
        stored = [part for part in parts if isinstance(part, StoredArray)]
        if len(stored) < len(parts):
            return next(part for part in parts if isinstance(part, Failure))
        return concatenated(self.settings.cache, self.pixels, spec, stored)

    def _embeddings(self, extractors: Mapping[str, PlainExtractor]) -> dict[str, StoredArray | Failure]:
        """The embeddings of extractors that are no concatenations, by label."""
        failures = self._shared_embedding(list(extractors.values()))
        wanted = {label: one for label, one in extractors.items() if label not in failures}
        stored = load_embeddings(
            self.settings.cache,
            self.pixels,
            list(wanted.values()),
            device=self.settings.device,
            engine=self.settings.engine,
            jobs=available_cores(),
            progress=self._embedded,
        )
        found = failures | dict(zip(wanted, stored, strict=True))
        for label, embedding in found.items():
            if isinstance(embedding, StoredArray):
                check_rows(embedding, _images(self.plan), f"the embedding of {label}")
        return found

    def _shared_embedding(self, extractors: Sequence[PlainExtractor]) -> dict[str, Failure]:
        """Have several devices, machines or processes embed; returns the failures, by label."""
        executor = self.settings.executor
        if not executor.in_this_process(gpu=True):
            return embed_shards(extractors, self.job, executor, self._embedded)
        processes = processes_on_cpu(len(self.pixels.data), self.settings.embedding_processes)
        if processes == 1 or choose_device(self.settings.device).type != "cpu":
            return {}
        return embed_in_processes(extractors, self.job, processes, self._embedded)

    def _embedded(self, label: str, rows: int) -> None:
        self.progress(f"embedding with {label}", rows, len(self.pixels.data))


class Runner(Protocol):
    """The function that computes the cells of a strategy.

    It writes each cell's result when it is finished (`run.write`, or in a worker process with `run.records`)
    and yields its outcome: HELD for a cell whose lease another process has (`Job.begin`). A cell that fails
    is a result too and does not stop the others.
    """

    def __call__(self, cells: list[PlannedCell], run: Run) -> Iterator[Outcome]: ...


def run_plan(
    plan: Plan,
    records: Records,
    settings: RunSettings,
    progress: Progress,
    on_epoch: OnEpoch = lambda header, epoch: None,
) -> Iterator[Outcome]:
    """Compute every cell that is not done, yielding (cell id, status) as it finishes.

    `on_epoch` is called after each epoch of a fine-tuning. Raises UserError for images that cannot be read,
    for a device or engine that cannot be used and for a disk without room for tokens, and ValueError for
    stored pixels or embeddings whose rows are not those of the manifest.
    """
    _check_device(settings)
    pixels = _load_pixels(plan, settings, progress)
    check_rows(pixels, _images(plan), "the pixels")
    check_room(plan, pixels.digest, settings.cache)
    plan = _without_unreadable(_with_changed_images(plan, records, pixels), pixels)
    external = _external(plan, pixels, settings, progress)
    plan = with_lacking(replace(plan, external=tuple(one.external for one in external)), records)
    context = context_of(plan, pixels)
    run = Run(plan, Subsets(plan), pixels, context, records, settings, progress, on_epoch, external)
    held = HeldCells(run.job)
    todo = plan.todo
    while todo:
        for runner, cells in _by_runner(todo).items():
            for cell, status in runner(cells, run):
                if status == HELD:
                    held.add(cell, todo)
                else:
                    yield cell, status
        todo = yield from held.released()


def _by_runner(todo: Sequence[PlannedCell]) -> dict[Runner, list[PlannedCell]]:
    """The cells by runner, in the order of the registry; strategies may share a runner."""
    found: dict[Runner, list[PlannedCell]] = defaultdict(list)
    for name, strategy in STRATEGIES.items():
        own = [planned for planned in todo if planned.cell.strategy == name]
        if own:
            found[strategy.runner] += own
    return found


def _images(plan: Plan) -> list[str]:
    return [str(image) for image in plan.manifest.images["image"]]


def _check_device(settings: RunSettings) -> None:
    try:
        device = choose_device(settings.device)
    except ValueError as error:
        raise UserError(f"--device: {error}") from None
    try:
        engines_for(settings.engine, device.type, images=0)
    except ValueError as error:
        raise UserError(f"--engine: {error}") from None


def _load_pixels(plan: Plan, settings: RunSettings, progress: Progress) -> StoredArray:
    images = _images(plan)
    try:
        return load_pixels(
            settings.cache,
            plan.manifest.root,
            images,
            size=plan.grid.image.size,
            fit=plan.grid.image.fit,
            window=plan.grid.image.window,
            jobs=available_cores(),
            skip_unreadable=settings.skip_unreadable,
            progress=lambda rows: progress("decoding images", rows, len(images)),
        )
    except UnreadableImageError as error:
        raise UserError(with_advice(error)) from None


def _external(
    plan: Plan, pixels: StoredArray, settings: RunSettings, progress: Progress
) -> tuple[SetPixels, ...]:
    """The external sets whose images can be used."""
    found = set_pixels(
        plan.external,
        pixels,
        settings.cache,
        plan.grid.image,
        jobs=available_cores(),
        skip_unreadable=settings.skip_unreadable,
        progress=progress,
    )
    return tuple(found)


def _with_changed_images(plan: Plan, records: Records, pixels: StoredArray) -> Plan:
    """The plan with all cells whose records are of other pixels than those just decoded."""
    found = with_images(plan, records, ImageState(pixels.meta.get("files", ""), pixels.digest))
    changed = sum(planned.reason == CHANGED for planned in found.cells)
    if changed:
        _log.warning("the images have changed: %d cells that were done are computed again", changed)
    return found


def _without_unreadable(plan: Plan, pixels: StoredArray) -> Plan:
    """The plan without the unreadable images in pool and test set."""
    unreadable = plan.manifest.images["image"].isin(list(pixels.meta["unreadable"])).to_numpy()
    return replace(plan, pool=plan.pool[~unreadable[plan.pool]], test=plan.test[~unreadable[plan.test]])
