"""A batch of cells that share one embedding and one training subset: what a worker is sent and does."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmark.execution.cost import frozen_cost
from benchmark.execution.executors import available_cores
from benchmark.execution.plan import PlannedCell
from benchmark.execution.record import Context, failed, finished, now
from benchmark.execution.subsets import Sample
from benchmark.grid.image_free import one_hot
from benchmark.store.records import Records, Result
from classifiers.catalogue import CLASSIFIERS
from classifiers.train_test import Matrix, TrainTest
from extractors.array_store import read_array
from extractors.resource_usage import measured


@dataclass(frozen=True)
class Batch:
    """Cells of one extractor, body part, seed and training size, with what they share."""

    cells: list[PlannedCell]
    embedding: Path | None  # None: the body part is all that is known of an image
    embedding_facts: dict[str, Any]  # width, digest and cost
    sample: Sample
    context: Context


def run_batch(batch: Batch, records: Records, threads: int) -> list[tuple[str, str]]:
    """Fit each cell of a batch and write its record as it finishes; returns (cell id, status) pairs.

    A cell that fails is recorded with its error and does not stop the others.
    """
    outcomes: list[tuple[str, str]] = []
    with threadpool_limits(threads):
        for result in _results(batch, threads):
            records.write(result)
            outcomes.append((result.cell, result.record.status))
    return outcomes


def _results(batch: Batch, threads: int) -> Iterator[Result]:
    try:
        subset = _subset(batch, threads)
    except Exception as error:
        yield from (failed(planned, batch.context, error, now()) for planned in batch.cells)
        return
    for planned in batch.cells:
        started = now()
        try:
            yield _fitted(batch, planned, subset, started)
        except Exception as error:  # one cell's failure is its own
            yield failed(planned, batch.context, error, started)


def _fitted(batch: Batch, planned: PlannedCell, subset: TrainTest, started: str) -> Result:
    with measured(share=subset.threads / available_cores()) as used:
        fit = CLASSIFIERS[planned.cell.classifier].fit(subset)
    cost = frozen_cost(
        fit,
        train=len(subset.train),
        test=len(subset.test),
        embedding=batch.embedding_facts,
        used=used,
        threads=subset.threads,
    )
    facts: dict[str, Any] = {"embedding": batch.embedding_facts, "cost": cost}
    return finished(planned, batch.sample, batch.context, fit, started, **facts)


def _subset(batch: Batch, threads: int) -> TrainTest:
    sample = batch.sample
    train, test = _features(batch.embedding, sample)
    return TrainTest(train, sample.labels, sample.groups, test, sample.seed, threads)


def _features(embedding: Path | None, sample: Sample) -> tuple[Matrix, Matrix]:
    if embedding is None:
        return one_hot(sample.train_images["body_part"], sample.test_images["body_part"])
    stored = read_array(embedding, check=False)
    if stored is None:
        raise ValueError(f"the embedding {embedding} is gone; run again to make it")
    return np.asarray(stored.data[sample.train_rows]), np.asarray(stored.data[sample.test_rows])
