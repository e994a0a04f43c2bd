"""The result folders, one per finished cell, complete or absent. MLflow and reports are made from them."""

import json
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import psutil

from benchmark.grid.schema import Evaluation
from benchmark.store.record import Finished, Record, read_record
from benchmark.store.resamples import read_resamples, resamples_key, write_resamples
from extractors.array_store import write_atomically
from results.evaluation import evaluate, resampled_metric
from results.metrics import METRICS
from results.uncertainty import INTERVALS, Resampled

RESULT, PREDICTIONS, RESAMPLES = "result.json", "predictions.parquet", "resamples.npz"
AnyRecord = TypeVar("AnyRecord", bound=Record)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """The result of one cell, as written to its folder.

    `record` is the content of result.json. `predictions` has one row per test image: image, study, patient,
    body_part, label, probability. `resampled` is a pair of `resamples_key` and the primary metric in each
    resampling of the test patients. Both are None when the cell failed. `files` (name -> current path) are
    moved into the folder.
    """

    record: Record
    predictions: pd.DataFrame | None = field(default=None, repr=False)
    resampled: tuple[str, Resampled] | None = field(default=None, repr=False)
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def cell(self) -> str:
        """The cell's id."""
        return self.record.cell


class Records:
    """The result folders of one grid, below `WORKSPACE/GRID`."""

    def __init__(self, workspace: Path, grid: str) -> None:
        self.folder = workspace / grid

    def cell_folder(self, cell: str) -> Path:
        """The folder of a cell, which may not exist."""
        return self.folder / cell

    def read(self, cell: str) -> Record | None:
        """A cell's record; None when it does not exist or is damaged (then a warning is logged)."""
        path = self.cell_folder(cell) / RESULT
        try:
            return read_record(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning(
                "%s is not a valid record and is ignored: %s", path, str(error).replace("\n", " ")[:300]
            )
            return None

    def read_predictions(self, cell: str) -> pd.DataFrame:
        """A cell's predictions, one row per test image."""
        return pd.read_parquet(self.cell_folder(cell) / PREDICTIONS)

    def all(self) -> Iterator[Record]:
        """Every readable record of the grid, sorted by the cells' ids."""
        for path in sorted(self.folder.glob(f"[!.]*/{RESULT}")):
            record = self.read(path.parent.name)
            if record is not None:
                yield record

    def resampled(self, record: Finished, evaluation: Evaluation) -> Resampled:
        """The primary metric of a cell in every resampling of its test patients.

        The values are stored beside the predictions; they are computed again when they were stored for
        another metric, unit, number of resamples or other predictions.
        """
        kept = self.kept_resampled(record, evaluation)
        if kept is None:
            kept = resample(self.read_predictions(record.cell), record.threshold, evaluation)
            write_resamples(self._resamples(record), resamples_key(record, evaluation), kept)
        return kept

    def kept_resampled(self, record: Finished, evaluation: Evaluation) -> Resampled | None:
        """Like `resampled`, but None when the values are not stored."""
        return read_resamples(self._resamples(record), resamples_key(record, evaluation))

    def _resamples(self, record: Finished) -> Path:
        return self.cell_folder(record.cell) / RESAMPLES

    def evaluated(self, record: Finished, evaluation: Evaluation) -> Finished:
        """A finished cell's record with metrics for these settings (confidence and resamples).

        A record with other settings, another kind of intervals or without a registered metric is evaluated
        again from its predictions and written back; nothing is fitted again.
        """
        settings = evaluation.model_dump(include={"confidence", "resamples"})
        known = all(METRICS.keys() <= metrics.keys() for metrics in record.metrics.values())
        if known and record.evaluation.model_dump() == settings and record.intervals == INTERVALS:
            return record
        predictions = self.read_predictions(record.cell)
        found = evaluate(predictions, threshold=record.threshold, **settings)
        content = record.to_json()
        found["counts"] = record.counts.model_dump(exclude_unset=True) | found["counts"]
        evaluated = Finished.model_validate(content | found | {"evaluation": settings})
        text = json.dumps(evaluated.to_json(), indent=1)
        write_atomically(self.cell_folder(record.cell) / RESULT, text)
        return evaluated

    def sweep(self) -> None:
        """Delete unfinished folders of processes that do not run any more."""
        for folder in self.folder.glob(".*.*"):
            process = folder.name.rpartition(".")[2]
            if folder.is_dir() and process.isdigit() and not psutil.pid_exists(int(process)):
                shutil.rmtree(folder, ignore_errors=True)

    def write(self, result: Result) -> None:
        """Write a cell's folder under a temporary name, then rename it: readers never see half of it."""
        target = self.cell_folder(result.cell)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        if result.predictions is not None:
            result.predictions.to_parquet(temporary / PREDICTIONS, index=False)
        if result.resampled is not None:
            write_resamples(temporary / RESAMPLES, *result.resampled)
        for name, path in result.files.items():
            shutil.move(path, temporary / name)
        (temporary / RESULT).write_text(json.dumps(result.record.to_json(), indent=1))
        shutil.rmtree(target, ignore_errors=True)
        try:
            temporary.rename(target)
        except OSError:  # a worker left by a killed run wrote the same cell at the same time
            shutil.rmtree(temporary)
            if self.read(result.cell) is None:
                raise


def resample(predictions: pd.DataFrame, threshold: float, evaluation: Evaluation) -> Resampled:
    """The primary metric of a cell's predictions in every resampling, rounded to float32 as in the file."""
    found = resampled_metric(
        predictions,
        threshold,
        metric=evaluation.primary,
        unit=evaluation.unit,
        resamples=evaluation.resamples,
    )
    return found._replace(drawn=found.drawn.astype(np.float32).astype(np.float64))


def ordinary(records: Iterable[AnyRecord]) -> list[AnyRecord]:
    """The records that do not belong to a control."""
    return [record for record in records if not record.control]
