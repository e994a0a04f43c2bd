"""Fine-tune networks, one cell after another; each cell uses the whole device."""

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.execution.cost import tuned_cost
from benchmark.execution.external_results import Judge, SetRows, completed, stays_done, with_external
from benchmark.execution.job import DONE, Job, Outcome
from benchmark.execution.plan import PlannedCell
from benchmark.execution.record import embedding_facts, failed, finished, header, now
from benchmark.execution.run import Run
from benchmark.execution.subsets import Subset
from benchmark.execution.tuned_judge import head_of, kept_judge, network_judge
from benchmark.store.kept_calibrations import CALIBRATION, write_calibration
from benchmark.store.kept_models import write_model
from benchmark.store.record import Epoch, Header
from benchmark.store.records import MODEL, Result
from classifiers.fine_tuning.data import TrainingImages
from classifiers.fine_tuning.fine_tune import fine_tune
from classifiers.fine_tuning.task_calibration import TaskCalibration
from classifiers.fine_tuning.training import DivergedError
from classifiers.fine_tuning.tuning_task import TuningTask
from classifiers.label_problems import LabelProblems
from extractors.array_store import StoredArray, read_array
from extractors.devices import choose_device, torch_threads
from extractors.digests import digest_of
from extractors.embeddings import Failure
from extractors.resource_usage import Usage, measured
from extractors.specs import BackboneSpec

_log = logging.getLogger(__name__)
_STAGE = "fine-tuning (images)"  # in all epochs: an epoch of a large set takes longer than one of a small set


@dataclass(frozen=True)
class Tuning:
    """A cell to fine-tune; `tokens` is the folder of those that it reads, None where it reads pixels.

    It is tested on the pixels of `external` sets, as `benchmark predict` judges images.
    """

    planned: PlannedCell
    tokens: Path | None = None
    external: tuple[SetRows, ...] = ()

    def arrays(self, job: Job) -> list[Path]:
        """The folders of the stored arrays that it needs."""
        return [self.tokens or job.pixels_folder, *dict.fromkeys(one.folder for one in self.external)]

    def moved(self, arrays: Mapping[Path, Path]) -> "Tuning":
        """The same where its arrays are in other folders; its pixels are the job's."""
        tokens = arrays[self.tokens] if self.tokens else None
        return replace(self, tokens=tokens, external=tuple(one.moved(arrays) for one in self.external))

    def data(self, job: Job) -> StoredArray:
        """The pixels or tokens. Raises ValueError when they are not in the cache any more."""
        if self.tokens is None:
            return job.pixels
        stored = read_array(self.tokens, check=False)
        if stored is None:
            raise ValueError(f"the tokens {self.tokens} were deleted; run again to make them")
        return stored


@dataclass(frozen=True)
class Callbacks:
    """What a fine-tuning tells while it runs; nothing where it runs in another process."""

    on_epoch: Callable[[Header, Epoch], None] = lambda header, epoch: None
    steps: Callable[[int], None] = lambda done: None  # images just trained on, or known not to come


SILENT = Callbacks()


def run_cells(cells: list[PlannedCell], run: Run) -> Iterator[Outcome]:
    """Fine-tune the cells. The runner of the strategies `fine_tuning` and `adaptation`.

    One after another: the shortest first, so that results come soon. Several at once: the longest first, so
    that no device waits for the last one.
    """
    tunings: list[Tuning] = []
    for tuning in _with_tokens(cells, run):
        if isinstance(tuning, Tuning):
            tunings.append(tuning)
        else:
            yield run.write(tuning)
    job, executor = run.job, run.settings.executor
    cells = [tuning.planned for tuning in tunings]
    most = {planned.cell.id: _most_images(planned, job) for planned in cells}
    total = sum(most.values())
    run.progress(_STAGE, 0, total)
    here = executor.in_this_process(gpu=True)
    callbacks = Callbacks(run.on_epoch, lambda done: run.progress(_STAGE, done, total))
    work = partial(tune_cell, callbacks=callbacks) if here else tune_cell
    in_order = sorted(tunings, key=lambda tuning: tuning.planned.seconds, reverse=not here)
    for outcomes in executor.map(work, in_order, job, gpu=True):
        if not here:
            callbacks.steps(sum(most[cell] for cell, _ in outcomes))
        yield from outcomes


def _with_tokens(cells: list[PlannedCell], run: Run) -> Iterator[Tuning | Result]:
    """The cells with the tokens that they read; those whose tokens failed become failed results."""
    reading = [planned for planned in cells if planned.cell.cached_extractor]
    stored = run.embeddings(reading) if reading else {}
    sets = tuple(SetRows.of(one, one.pixels.folder) for one in run.external)
    for planned in cells:
        extractor = planned.cell.cached_extractor
        tokens = stored[extractor.label] if extractor else None
        if isinstance(tokens, Failure):
            failure = failed(planned, run.context, tokens.cause, now())
            if not stays_done(planned, failure):
                yield failure
        else:
            external = () if planned.cell.control else sets
            yield Tuning(planned, tokens.folder if tokens else None, external)


def tune_cell(tuning: Tuning, job: Job, callbacks: Callbacks = SILENT) -> list[Outcome]:
    """Fine-tune a cell and write its record, unless another process does so or has done so."""
    planned = tuning.planned
    with torch_threads(job.device_threads), job.begin(planned) as outcome:
        if outcome:
            callbacks.steps(_most_images(planned, job))
            return [outcome]
        if known := completed(planned, tuning.external, job, partial(kept_judge, planned, job)):
            callbacks.steps(_most_images(planned, job))
            return [known]
        folder = checkpoint_folder(job.cache, planned, job.context.from_grid["pixels_digest"])
        _delete_outdated(folder, planned)
        result = _result(tuning, job, folder, callbacks)
        if stays_done(planned, result):
            return [(planned.cell.id, DONE)]
        outcome = job.write(result)
        if result.record.status == DONE:
            shutil.rmtree(folder, ignore_errors=True)
        return [outcome]


def checkpoint_folder(cache: Path, planned: PlannedCell, pixels: str) -> Path:
    """The folder of a cell's checkpoints, by the cell's id, its fingerprint and the digest of the pixels."""
    inputs = digest_of({"fingerprint": planned.fingerprint, "pixels": pixels})
    return cache / "checkpoints" / f"{planned.cell.id}-{inputs[:8]}"


def _result(tuning: Tuning, job: Job, folder: Path, callbacks: Callbacks) -> Result:
    """Fine-tune one cell. After a failure the next run uses its checkpoints, unless the loss diverged."""
    planned, started, trained = tuning.planned, now(), 0
    images = job.plan.images_of(planned.cell)
    begun = header(planned, job.context, started)

    def on_epoch(epoch: Mapping[str, Any]) -> None:
        callbacks.on_epoch(begun, Epoch.model_validate(epoch))

    def on_trained() -> None:
        nonlocal trained
        trained += images
        callbacks.steps(images)

    try:
        return _fine_tuned(tuning, job, folder, started, on_epoch, on_trained)
    except Exception as error:  # the other cells continue; the record has the traceback
        if isinstance(error, DivergedError):
            shutil.rmtree(folder, ignore_errors=True)
        return failed(planned, job.context, error, started)
    finally:
        callbacks.steps(max(0, _most_images(planned, job) - trained))


def _fine_tuned(
    tuning: Tuning,
    job: Job,
    folder: Path,
    started: str,
    on_epoch: Callable[[Mapping[str, Any]], None],
    on_trained: Callable[[], None],
) -> Result:
    planned, cell = tuning.planned, tuning.planned.cell
    assert isinstance(cell.extractor, BackboneSpec)
    assert cell.recipe is not None
    subset = job.subsets.subset(cell.body_part, cell.train_size, cell.seed, cell.control)
    device, resumed = choose_device(job.device), folder.exists()
    stored = tuning.data(job)
    tokens = embedding_facts(stored) if tuning.tokens else None
    task = TuningTask(
        cell.extractor,
        cell.recipe,
        _training_images(stored, subset),
        subset.seed,
        device,
        folder,
        on_epoch,
        on_trained,
        by_study=job.context.evaluation.by_study,
        size=job.plan.grid.image.size,
    )
    with measured() as used:
        tuned = fine_tune(task)
    used = Usage() if resumed else used  # the memory and energy of the earlier process are unknown
    facts: dict[str, Any] = {
        "recipe": cell.recipe.asked(),
        "training": tuned.facts,
        "history": tuned.history,
        "cost": tuned_cost(
            tuned.fit,
            train=len(subset.train_rows),
            test=len(subset.test_rows),
            facts=tuned.facts,
            used=used,
            tokens=tokens,
        ),
        **({"embedding": tokens} if tokens else {}),
    }
    files = {tuned.weights.name: tuned.weights}
    head = head_of(cell.recipe, tuned.weights)
    if tuned.fit.model:
        files[MODEL] = write_model(folder, cell.extractor, tuned.fit.model, tuned.familiarity, head)
        facts["model_kept"] = True
        calibrate: Judge = tuned.fit.model.calibrate
    else:
        assert isinstance(tuned.fit.judge, TaskCalibration)
        calibrate = tuned.fit.judge
        files[CALIBRATION] = write_calibration(tuned.weights, tuned.fit.judge.sigmoids)
        if job.plan.grid.keep_models != "none" and not cell.control:
            _log.warning("cell %s: no file can hold a model of %s", cell.id, subset.task.words)
            facts["model_kept"] = False
    result = finished(planned, subset, job.context, tuned.fit, started, files, **facts)
    if not tuning.external:
        return result
    judge = network_judge(cell.extractor, head, calibrate, subset.task, job)
    return with_external(result, cell, tuning.external, judge, job.context.evaluation, folder)


def _training_images(stored: StoredArray, subset: Subset) -> TrainingImages:
    return TrainingImages(
        pixels=stored.data,
        rows=subset.train_rows,
        labels=subset.labels,
        groups=subset.groups,
        studies=subset.studies,
        body_parts=subset.train_images["body_part"].to_numpy(dtype=object),
        test_rows=subset.test_rows,
        problems=None if subset.task.is_binary else LabelProblems(subset.task.kind, subset.task.classes),
        truth=None if subset.task.is_binary else subset.truth,
    )


def _delete_outdated(folder: Path, planned: PlannedCell) -> None:
    """Delete checkpoints of this cell with another fingerprint."""
    for other in folder.parent.glob(f"{planned.cell.id}-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _most_images(planned: PlannedCell, job: Job) -> int:
    """The images that a cell trains on, in all folds and epochs, if no stage stops early."""
    cell, images = planned.cell, job.plan.images_of(planned.cell)
    return cell.recipe.most_epochs(images) * images if cell.recipe else 0
