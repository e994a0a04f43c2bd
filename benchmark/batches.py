"""A batch of cells that share one embedding and one training subset: what a worker is sent and does."""

import hashlib
import platform
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmark.planning import PlannedCell
from benchmark.records import Records, Result
from classifiers.catalogue import CLASSIFIERS
from classifiers.fit import Fit
from classifiers.subset import Subset
from extractors.arrays import read_array
from results.evaluation import evaluate

_VERSIONS = ("numpy", "scikit-learn", "scikit-image", "xgboost", "torch", "torchvision", "timm")


@dataclass(frozen=True)
class Batch:
    """Cells of one extractor, body part, seed and training size, with the rows that they share."""

    cells: list[PlannedCell]
    embedding: Path
    train_rows: NDArray[np.intp]
    train_labels: NDArray[np.int64]
    train_groups: NDArray[Any]
    train_patients: int
    test_rows: NDArray[np.intp]
    test_images: pd.DataFrame  # image, study, patient, body_part, label of the test rows
    seed: int
    evaluation: dict[str, float]  # confidence and resamples
    shared_record: dict[str, Any]  # what each cell's record repeats: grid, data set, protocol, ...


def run_batch(batch: Batch, records: Records, threads: int) -> list[tuple[str, str]]:
    """Fit each cell of a batch and write its record as it finishes; returns (cell id, status) pairs.

    A cell that fails is recorded with its error and does not stop the others.
    """
    outcomes = []
    with threadpool_limits(threads):
        for result in _results(batch, threads):
            records.write(result)
            outcomes.append((result.cell, result.record["status"]))
    return outcomes


def fit_seed(body_part: str, train_size: int | str, seed: int) -> int:
    """The seed of folds and fits, from names alone, so that it is the same in every run and order."""
    digest = hashlib.sha256(f"{body_part}|{train_size}|{seed}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def _results(batch: Batch, threads: int) -> Iterator[Result]:
    try:
        subset = _subset(batch, threads)
    except Exception as error:
        yield from (_failed(batch, planned, error, _now()) for planned in batch.cells)
        return
    for planned in batch.cells:
        started = _now()
        try:
            yield _finished(batch, planned, CLASSIFIERS[planned.cell.classifier](subset), started)
        except Exception as error:  # one cell's failure is its own
            yield _failed(batch, planned, error, started)


def _subset(batch: Batch, threads: int) -> Subset:
    stored = read_array(batch.embedding, check=False)
    if stored is None:
        raise ValueError(f"the embedding {batch.embedding} is gone; run again to make it")
    return Subset(
        train=np.asarray(stored.data[batch.train_rows]),
        labels=batch.train_labels,
        groups=batch.train_groups,
        test=np.asarray(stored.data[batch.test_rows]),
        seed=batch.seed,
        threads=threads,
    )


def _finished(batch: Batch, planned: PlannedCell, fit: Fit, started: str) -> Result:
    predictions = batch.test_images.assign(probability=fit.probabilities)
    record = {
        **_header(batch, planned, started),
        "status": "ok",
        "parameters": fit.parameters,
        "selection_auroc": fit.selection_auroc,
        "threshold": fit.threshold,
        "seconds": fit.seconds,
        "predictions_sha256": predictions_digest(predictions),
        **evaluate(predictions, threshold=fit.threshold, **batch.evaluation),  # type: ignore[arg-type]
    }
    record["counts"] |= {
        "train_images": len(batch.train_rows),
        "train_positive": int(batch.train_labels.sum()),
        "train_patients": batch.train_patients,
    }
    return Result(planned.cell.id, {**record, "finished": _now()}, predictions)


def _failed(batch: Batch, planned: PlannedCell, error: Exception, started: str) -> Result:
    reason = str(error).strip() or type(error).__name__
    record = {
        **_header(batch, planned, started),
        "status": "failed",
        "error": reason.splitlines()[0]
        if isinstance(error, ValueError)
        else f"{type(error).__name__}: {reason}",
        "traceback": "".join(traceback.format_exception(error)),
        "finished": _now(),
    }
    return Result(planned.cell.id, record)


def _header(batch: Batch, planned: PlannedCell, started: str) -> dict[str, Any]:
    return {
        "cell": planned.cell.id,
        **planned.cell.axes,
        **batch.shared_record,
        "fingerprint": planned.fingerprint,
        "evaluation": batch.evaluation,
        "versions": {name: version(name) for name in _VERSIONS},
        "machine": {"system": platform.system(), "processor": platform.machine()},
        "started": started,
    }


def predictions_digest(predictions: pd.DataFrame) -> str:
    """The sha256 (hex) of the predictions as they are stored."""
    buffer = BytesIO()
    predictions.to_parquet(buffer, index=False)
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
