"""Fit classifiers on embeddings; cells with the same embedding and subset form a batch for one worker."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmark.execution.cost import frozen_cost
from benchmark.execution.executors import available_cores
from benchmark.execution.external_results import (
    Judge,
    NoModelError,
    SetRows,
    completed,
    stays_done,
    with_external,
)
from benchmark.execution.job import DONE, Job, Outcome
from benchmark.execution.plan import PlannedCell
from benchmark.execution.record import embedding_facts, failed, finished, now
from benchmark.execution.run import Run
from benchmark.execution.subsets import Subset
from benchmark.grid.image_free import COSTS_NOTHING
from benchmark.store.kept_models import read_model, write_model
from benchmark.store.record import Finished
from benchmark.store.records import MODEL, Result
from classifiers.catalogue import CLASSIFIERS
from classifiers.device_fit import fit_on_device
from classifiers.familiarity import familiarity_of
from classifiers.fitting import Fit
from classifiers.label_problems import LabelProblems
from classifiers.selection import Floats
from classifiers.task_fitting import fit_task
from classifiers.train_and_test import Matrix, TrainTest
from extractors.array_store import read_array
from extractors.devices import device_of_fits
from extractors.embeddings import Failure
from extractors.resource_usage import measured

WORTH_ROWS = 3_000  # training images from which a fit on CUDA is taken to be faster; a guess, not measured
_log = logging.getLogger(__name__)


Data = tuple[Subset, TrainTest]


@dataclass(frozen=True)
class Batch:
    """Cells of one extractor, body part, training size, seed and control, which share a subset."""

    cells: list[PlannedCell]
    embedding: Path | None  # folder of the stored array; None for an image-free control
    embedding_facts: dict[str, Any]  # width, digest and cost
    keep_models: bool = False
    external: tuple[SetRows, ...] = ()  # the embedding of each external set

    def arrays(self, job: Job) -> list[Path]:
        """The folders of the stored arrays that its cells need."""
        own = [] if self.embedding is None else [self.embedding]
        return [*own, *dict.fromkeys(one.folder for one in self.external)]

    def moved(self, arrays: Mapping[Path, Path]) -> "Batch":
        """The batch where its arrays are in other folders."""
        if self.embedding is None:
            return self
        external = tuple(one.moved(arrays) for one in self.external)
        return replace(self, embedding=arrays[self.embedding], external=external)

    def subset(self, job: Job) -> Subset:
        """The training and test images of all its cells."""
        cell = self.cells[0].cell
        return job.subsets.subset(cell.body_part, cell.train_size, cell.seed, cell.control)


def run_cells(cells: list[PlannedCell], run: Run) -> Iterator[Outcome]:
    """Fit the cells in worker processes, longest batches first. The runner of strategies with embeddings."""
    batches: list[Batch] = []
    for batch in make_batches(cells, run):
        if isinstance(batch, Batch):
            batches.append(batch)
        else:
            yield run.write(batch)
    batches.sort(key=lambda batch: -sum(planned.seconds for planned in batch.cells))
    total = sum(len(batch.cells) for batch in batches)
    run.progress("fitting classifiers", 0, total)
    for outcomes in run.settings.executor.map(run_batch, batches, run.job, gpu=False):
        run.progress("fitting classifiers", len(outcomes), total)
        yield from outcomes


def make_batches(cells: list[PlannedCell], run: Run) -> Iterator[Batch | Result]:
    """Group the cells into batches; cells whose embedding failed become failed results."""
    embeddings, elsewhere = run.embeddings(cells), run.embedded_sets(cells)
    groups: dict[tuple[Any, ...], list[PlannedCell]] = defaultdict(list)
    for planned in cells:
        cell = planned.cell
        groups[cell.backbone, cell.body_part, cell.train_size, cell.seed, cell.control].append(planned)
    for (backbone, *_), group in groups.items():
        if group[0].cell.embedding_extractor is None:
            yield Batch(group, None, COSTS_NOTHING)
            continue
        embedding = embeddings[backbone]
        if isinstance(embedding, Failure):
            failures = ((planned, failed(planned, run.context, embedding.cause, now())) for planned in group)
            yield from (result for planned, result in failures if not stays_done(planned, result))
            continue
        keep = run.plan.grid.keep_models != "none" and not group[0].cell.control
        external = tuple(elsewhere.get(backbone, ())) if not group[0].cell.control else ()
        yield Batch(group, embedding.folder, embedding_facts(embedding), keep, external)


def run_batch(batch: Batch, job: Job) -> list[Outcome]:
    """Fit each cell of a batch and write its record as it finishes; returns (cell id, status) pairs.

    A cell that fails is recorded with its error and does not stop the others. One that another process
    computes, or has finished since, is left to it.
    """
    outcomes: list[Outcome] = []
    data = cache(partial(_data, batch, job))  # read for the first cell that is computed here
    with threadpool_limits(job.threads):
        for planned in batch.cells:
            with job.begin(planned) as outcome:
                outcomes.append(outcome or _run_cell(batch, planned, job, data))
    return outcomes


def _run_cell(batch: Batch, planned: PlannedCell, job: Job, data: Callable[[], Data]) -> Outcome:
    if known := completed(planned, batch.external, job, partial(_kept_judge, job)):
        return known
    with job.records.temporary_folder(planned.cell.id) as folder:
        result = _result(batch, planned, job, data, folder)
        return (planned.cell.id, DONE) if stays_done(planned, result) else job.write(result)


def _kept_judge(job: Job, record: Finished) -> Judge | None:
    """What judges other embeddings by the cell's kept model; None without one."""
    if not job.records.has_model(record.cell):
        return None
    return read_model(job.records, record).classifier.predict_proba


def _judge(fit: Fit, rows: Matrix) -> Floats:
    try:
        return fit.predict_proba(rows)
    except ValueError as error:
        raise (error if fit.judges_others else NoModelError(str(error))) from error


def _result(batch: Batch, planned: PlannedCell, job: Job, data: Callable[[], Data], folder: Path) -> Result:
    started = now()
    try:
        return _fit_cell(batch, planned, job, *data(), started, folder)
    except Exception as error:  # the other cells continue; the record has the traceback
        return failed(planned, job.context, error, started)


def _fit_cell(
    batch: Batch,
    planned: PlannedCell,
    job: Job,
    subset: Subset,
    data: TrainTest,
    started: str,
    folder: Path,
) -> Result:
    with measured(share=data.threads / available_cores()) as used:
        fit = _fit(planned.cell.classifier, subset, data)
    cost = frozen_cost(
        fit,
        train=len(data.train),
        test=len(data.test),
        embedding=batch.embedding_facts,
        used=used,
        threads=data.threads,
    )
    facts: dict[str, Any] = {"embedding": batch.embedding_facts, "cost": cost}
    files = _model_files(planned, fit, data, folder) if batch.keep_models else {}
    if batch.keep_models:
        facts["model_kept"] = bool(files)
    result = finished(planned, subset, job.context, fit, started, files, **facts)
    judge = partial(_judge, fit)
    return with_external(result, planned.cell, batch.external, judge, job.context.evaluation, folder)


def _fit(name: str, subset: Subset, data: TrainTest) -> Fit:
    if subset.task.is_binary:
        return fit_on_device(CLASSIFIERS[name], data)
    problems = LabelProblems(subset.task.kind, subset.task.classes)
    return fit_task(CLASSIFIERS[name], data, subset.truth, problems)


def _model_files(planned: PlannedCell, fit: Fit, data: TrainTest, folder: Path) -> dict[str, Path]:
    """The model of a cell as files; none for a classifier of another package that is only code."""
    extractor = planned.cell.embedding_extractor
    if fit.model is None or not fit.model.can_be_kept or extractor is None:
        _log.warning("cell %s: no file can hold the model of '%s'", planned.cell.id, planned.cell.classifier)
        return {}
    familiarity = familiarity_of(data.train, data.groups)
    return {MODEL: write_model(folder, extractor, fit.model, familiarity)}


def _data(batch: Batch, job: Job) -> Data:
    subset = batch.subset(job)
    train, test = _features(batch.embedding, subset)
    units = subset.studies if job.context.evaluation.by_study else None
    data = TrainTest(train, subset.labels, subset.groups, test, subset.seed, job.threads, units)
    return subset, replace(data, device=device_of_fits(job.device) if len(train) >= WORTH_ROWS else "")


def _features(embedding: Path | None, subset: Subset) -> tuple[Matrix, Matrix]:
    if embedding is None:
        return one_hot(subset.train_images["body_part"], subset.test_images["body_part"])
    stored = read_array(embedding, check=False)
    if stored is None:
        raise ValueError(f"the embedding {embedding} was deleted; run again to make it")
    return np.asarray(stored.data[subset.train_rows]), np.asarray(stored.data[subset.test_rows])


def one_hot(train: pd.Series, test: pd.Series) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The body part of each training and test image, as (n, parts) and (m, parts) float32 of 0 and 1."""
    parts = np.unique(pd.concat([train, test]).to_numpy(dtype=str))
    known = [rows.to_numpy(dtype=str)[:, None] == parts for rows in (train, test)]
    return known[0].astype(np.float32), known[1].astype(np.float32)
