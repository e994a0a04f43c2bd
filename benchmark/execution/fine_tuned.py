"""Fine-tune networks, one cell after another; each cell uses the whole device."""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from benchmark.execution.cost import tuned_cost
from benchmark.execution.executors import available_cores
from benchmark.execution.plan import PlannedCell
from benchmark.execution.record import failed, finished, header, now
from benchmark.execution.run import Outcome, Run
from benchmark.execution.subsets import Subset
from benchmark.store.kept_models import TunedHead, write_model
from benchmark.store.record import Epoch, Finished
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


def run_cells(cells: list[PlannedCell], run: Run) -> Iterator[Outcome]:
    """Fine-tune the cells, shortest first. The runner of the strategy `fine_tuning`.

    A cell that another process fine-tunes comes last, when that one has ended: checkpoints have one writer.
    """
    total = sum(_most_epochs(planned, run) for planned in cells)
    run.progress(_STAGE, 0, total)
    with torch_threads(available_cores()):
        for planned in _alone(sorted(cells, key=lambda planned: planned.seconds), run):
            if _done_meanwhile(planned, run):
                run.progress(_STAGE, _most_epochs(planned, run), total)
                yield planned.cell.id, "ok"
            else:
                yield _run_cell(planned, run, total)


def _alone(cells: Iterable[PlannedCell], run: Run) -> Iterator[PlannedCell]:
    """Each cell while its lock is held; those whose lock another process has come last."""
    waiting: list[tuple[PlannedCell, BaseFileLock]] = []
    for planned in cells:
        folder = checkpoint_folder(run.settings.cache, planned, run.pixels.digest)
        lock = FileLock(lock_path(run.settings.cache, folder))
        try:
            with lock.acquire(timeout=0):
                yield planned
        except Timeout:
            waiting.append((planned, lock))
    for planned, held in waiting:
        _log.info("cell %s: another process fine-tunes it; waiting for its end", planned.cell.id)
        with held:
            yield planned


def lock_path(cache: Path, folder: Path) -> Path:
    """The lock file of a folder of checkpoints; the folder of locks is made."""
    locks = cache / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    return locks / f"{folder.name}.lock"


def _done_meanwhile(planned: PlannedCell, run: Run) -> bool:
    """Whether another process has finished this cell on the same data since it was planned."""
    record = run.records.read(planned.cell.id)
    return (
        isinstance(record, Finished)
        and record.fingerprint == planned.fingerprint
        and record.pixels_digest == run.pixels.digest
        and not run.records.damage(planned.cell.id, record)
    )


def _run_cell(planned: PlannedCell, run: Run, total: int) -> Outcome:
    folder = checkpoint_folder(run.settings.cache, planned, run.pixels.digest)
    _delete_outdated(folder, planned)
    result = _result(planned, run, folder, total)
    outcome = run.write(result)
    if result.record.status == "ok":
        shutil.rmtree(folder, ignore_errors=True)
    return outcome


def checkpoint_folder(cache: Path, planned: PlannedCell, pixels: str) -> Path:
    """The folder of a cell's checkpoints, by the cell's id, its fingerprint and the digest of the pixels."""
    inputs = digest_of({"fingerprint": planned.fingerprint, "pixels": pixels})
    return cache / "checkpoints" / f"{planned.cell.id}-{inputs[:8]}"


def _result(planned: PlannedCell, run: Run, folder: Path, total: int) -> Result:
    """Fine-tune one cell. After a failure the next run uses its checkpoints, unless the loss diverged."""
    started, trained = now(), 0
    begun = header(planned, run.context, started)

    def on_epoch(epoch: Mapping[str, Any]) -> None:
        run.on_epoch(begun, Epoch.model_validate(epoch))

    def on_trained() -> None:
        nonlocal trained
        trained += 1
        run.progress(_STAGE, 1, total)

    try:
        return _fine_tuned(planned, run, folder, started, on_epoch, on_trained)
    except Exception as error:  # the other cells continue; the record has the traceback
        if isinstance(error, DivergedError):
            shutil.rmtree(folder, ignore_errors=True)
        return failed(planned, run.context, error, started)
    finally:
        run.progress(_STAGE, max(0, _most_epochs(planned, run) - trained), total)


def _fine_tuned(
    planned: PlannedCell,
    run: Run,
    folder: Path,
    started: str,
    on_epoch: Callable[[Mapping[str, Any]], None],
    on_trained: Callable[[], None],
) -> Result:
    cell = planned.cell
    assert isinstance(cell.extractor, BackboneSpec)
    assert cell.recipe is not None
    subset = run.subsets.subset(cell.body_part, cell.train_size, cell.seed, cell.control)
    device, resumed = choose_device(run.settings.device), folder.exists()
    images = _training_images(run.pixels, subset)
    task = TuningTask(
        cell.extractor,
        cell.recipe,
        images,
        subset.seed,
        device,
        folder,
        on_epoch,
        on_trained,
        by_study=run.context.evaluation.by_study,
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
    return finished(planned, subset, run.context, tuned.fit, started, files, **facts)


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


def _most_epochs(planned: PlannedCell, run: Run) -> int:
    """The number of epochs of a cell, in all folds, if no stage stops early."""
    cell = planned.cell
    return cell.recipe.most_epochs(run.plan.images_of(cell)) if cell.recipe else 0
