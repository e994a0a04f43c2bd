"""Fine-tune networks, one cell after another; each cell uses the whole device."""

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.execution.cost import tuned_cost
from benchmark.execution.job import DONE, Job, Outcome
from benchmark.execution.plan import PlannedCell
from benchmark.execution.record import failed, finished, header, now
from benchmark.execution.run import Run
from benchmark.execution.subsets import Subset
from benchmark.store.kept_models import TunedHead, write_model
from benchmark.store.record import Epoch, Header
from benchmark.store.records import MODEL, Result
from classifiers.fine_tuning.data import TrainingImages
from classifiers.fine_tuning.fine_tune import fine_tune
from classifiers.fine_tuning.training import DivergedError
from classifiers.fine_tuning.tuning_task import TuningTask
from extractors.array_store import StoredArray
from extractors.devices import choose_device, torch_threads
from extractors.digests import digest_of
from extractors.resource_usage import Usage, measured
from extractors.specs import BackboneSpec

_log = logging.getLogger(__name__)
_STAGE = "fine-tuning (epochs)"


@dataclass(frozen=True)
class Tuning:
    """A cell to fine-tune."""

    planned: PlannedCell

    def arrays(self, job: Job) -> list[Path]:
        """The folders of the stored arrays that it needs."""
        return [job.pixels_folder]

    def moved(self, arrays: Mapping[Path, Path]) -> "Tuning":
        """The same: its pixels are the job's."""
        return self


@dataclass(frozen=True)
class Callbacks:
    """What a fine-tuning tells while it runs; nothing where it runs in another process."""

    on_epoch: Callable[[Header, Epoch], None] = lambda header, epoch: None
    steps: Callable[[int], None] = lambda done: None  # epochs just done, or known not to come


SILENT = Callbacks()


def run_cells(cells: list[PlannedCell], run: Run) -> Iterator[Outcome]:
    """Fine-tune the cells. The runner of the strategies `fine_tuning` and `adaptation`.

    One after another: the shortest first, so that results come soon. Several at once: the longest first, so
    that no device waits for the last one.
    """
    job, executor = run.job, run.settings.executor
    most = {planned.cell.id: _most_epochs(planned, job) for planned in cells}
    total = sum(most.values())
    run.progress(_STAGE, 0, total)
    here = executor.in_this_process(gpu=True)
    callbacks = Callbacks(run.on_epoch, lambda done: run.progress(_STAGE, done, total))
    work = partial(tune_cell, callbacks=callbacks) if here else tune_cell
    in_order = map(Tuning, sorted(cells, key=lambda planned: planned.seconds, reverse=not here))
    for outcomes in executor.map(work, in_order, job, gpu=True):
        if not here:
            callbacks.steps(sum(most[cell] for cell, _ in outcomes))
        yield from outcomes


def tune_cell(tuning: Tuning, job: Job, callbacks: Callbacks = SILENT) -> list[Outcome]:
    """Fine-tune a cell and write its record, unless another process does so or has done so."""
    planned = tuning.planned
    with torch_threads(job.device_threads), job.begin(planned) as outcome:
        if outcome:
            callbacks.steps(_most_epochs(planned, job))
            return [outcome]
        folder = checkpoint_folder(job.cache, planned, job.pixels.digest)
        _delete_outdated(folder, planned)
        result = _result(planned, job, folder, callbacks)
        outcome = job.write(result)
        if result.record.status == DONE:
            shutil.rmtree(folder, ignore_errors=True)
        return [outcome]


def checkpoint_folder(cache: Path, planned: PlannedCell, pixels: str) -> Path:
    """The folder of a cell's checkpoints, by the cell's id, its fingerprint and the digest of the pixels."""
    inputs = digest_of({"fingerprint": planned.fingerprint, "pixels": pixels})
    return cache / "checkpoints" / f"{planned.cell.id}-{inputs[:8]}"


def _result(planned: PlannedCell, job: Job, folder: Path, callbacks: Callbacks) -> Result:
    """Fine-tune one cell. After a failure the next run uses its checkpoints, unless the loss diverged."""
    started, trained = now(), 0
    begun = header(planned, job.context, started)

    def on_epoch(epoch: Mapping[str, Any]) -> None:
        callbacks.on_epoch(begun, Epoch.model_validate(epoch))

    def on_trained() -> None:
        nonlocal trained
        trained += 1
        callbacks.steps(1)

    try:
        return _fine_tuned(planned, job, folder, started, on_epoch, on_trained)
    except Exception as error:  # the other cells continue; the record has the traceback
        if isinstance(error, DivergedError):
            shutil.rmtree(folder, ignore_errors=True)
        return failed(planned, job.context, error, started)
    finally:
        callbacks.steps(max(0, _most_epochs(planned, job) - trained))


def _fine_tuned(
    planned: PlannedCell,
    job: Job,
    folder: Path,
    started: str,
    on_epoch: Callable[[Mapping[str, Any]], None],
    on_trained: Callable[[], None],
) -> Result:
    cell = planned.cell
    assert isinstance(cell.extractor, BackboneSpec)
    assert cell.recipe is not None
    subset = job.subsets.subset(cell.body_part, cell.train_size, cell.seed, cell.control)
    device, resumed = choose_device(job.device), folder.exists()
    images = _training_images(job.pixels, subset)
    task = TuningTask(
        cell.extractor,
        cell.recipe,
        images,
        subset.seed,
        device,
        folder,
        on_epoch,
        on_trained,
        by_study=job.context.evaluation.by_study,
    )
    with measured() as used:
        tuned = fine_tune(task)
    used = Usage() if resumed else used  # the memory and energy of the earlier process are unknown
    facts: dict[str, Any] = {
        "recipe": cell.recipe.asked(),
        "training": tuned.facts,
        "history": tuned.history,
        "cost": tuned_cost(tuned.fit, test=len(subset.test_rows), facts=tuned.facts, used=used),
    }
    files = {tuned.weights.name: tuned.weights}
    if tuned.fit.model:
        head = TunedHead(cell.recipe.head, cell.recipe.resolution, tuned.weights)
        files[MODEL] = write_model(folder, cell.extractor, tuned.fit.model, tuned.familiarity, head)
        facts["model_kept"] = True
    return finished(planned, subset, job.context, tuned.fit, started, files, **facts)


def _training_images(pixels: StoredArray, subset: Subset) -> TrainingImages:
    return TrainingImages(
        pixels=pixels.data,
        rows=subset.train_rows,
        labels=subset.labels,
        groups=subset.groups,
        studies=subset.studies,
        body_parts=subset.train_images["body_part"].to_numpy(dtype=object),
        test_rows=subset.test_rows,
    )


def _delete_outdated(folder: Path, planned: PlannedCell) -> None:
    """Delete checkpoints of this cell with another fingerprint."""
    for other in folder.parent.glob(f"{planned.cell.id}-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _most_epochs(planned: PlannedCell, job: Job) -> int:
    """The number of epochs of a cell, in all folds, if no stage stops early."""
    cell = planned.cell
    return cell.recipe.most_epochs(job.plan.images_of(cell)) if cell.recipe else 0
