"""The result folders, which are the truth: one per finished cell, complete or absent."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import psutil

from extractors.array_store import write_atomically
from results.evaluation import evaluate
from results.metrics import METRICS
from results.uncertainty import INTERVALS

T = TypeVar("T")
Record = dict[str, Any]
CONTROL = "control"
RESULT, PREDICTIONS = "result.json", "predictions.parquet"


@dataclass(frozen=True)
class Result:
    """What is known of a cell that was run: `record` goes into result.json, beside the predictions.

    `predictions` has one row per test image: image, study, patient, body_part, label, probability;
    it is None when the cell failed. `files` (name → where it is now) are moved into the folder.
    """

    cell: str
    record: dict[str, Any]
    predictions: pd.DataFrame | None = field(default=None, repr=False)
    files: dict[str, Path] = field(default_factory=dict)


class Records:
    """The result folders of one grid, below `WORKSPACE/GRID`."""

    def __init__(self, workspace: Path, grid: str) -> None:
        self.folder = workspace / grid

    def cell_folder(self, cell: str) -> Path:
        """Where the record of a cell is or would be."""
        return self.folder / cell

    def read(self, cell: str) -> dict[str, Any] | None:
        """A cell's result.json, or None when there is none that can be read."""
        try:
            record = json.loads((self.cell_folder(cell) / RESULT).read_text())
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) else None

    def read_predictions(self, cell: str) -> pd.DataFrame:
        """A cell's predictions, one row per test image."""
        return pd.read_parquet(self.cell_folder(cell) / PREDICTIONS)

    def all(self) -> Iterator[dict[str, Any]]:
        """Every readable result.json of the grid, in the order of the cells' names."""
        for path in sorted(self.folder.glob(f"[!.]*/{RESULT}")):
            record = self.read(path.parent.name)
            if record is not None:
                yield record

    def derived(self, name: str, wanted: Mapping[str, Callable[[], T]]) -> list[T]:
        """What is worked out from records, each under the digest of all that it depends on.

        Values (plain ones, as JSON holds them) that the file `name` of this folder has are read from
        it; the others are worked out and kept there. Values with intervals of another kind are let go.
        """
        store = self.folder / name
        try:
            kept = json.loads(store.read_text())
        except (OSError, ValueError):
            kept = {}
        known: dict[str, T] = kept["values"] if kept.get("intervals") == INTERVALS else {}
        found = {key: known[key] if key in known else make() for key, make in wanted.items()}
        if found.keys() - known.keys():
            write_atomically(store, json.dumps({"intervals": INTERVALS, "values": known | found}))
        return list(found.values())

    def evaluated(self, record: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
        """A finished cell's record with metrics made by these settings (confidence and resamples).

        One that was evaluated otherwise, with intervals of another kind, or before a metric of today was
        known is evaluated again from its predictions and written back: nothing is fitted again.
        """
        same = record["evaluation"] == settings and record.get("intervals") == INTERVALS
        if same and all(METRICS.keys() <= metrics.keys() for metrics in record["metrics"].values()):
            return record
        predictions = self.read_predictions(record["cell"])
        found = evaluate(predictions, threshold=record["threshold"], **settings)
        found["counts"] = record["counts"] | found["counts"]
        record = record | found | {"evaluation": settings}
        write_atomically(self.cell_folder(record["cell"]) / RESULT, json.dumps(record, indent=1))
        return record

    def sweep(self) -> None:
        """Delete what processes left half written that are no more."""
        for folder in self.folder.glob(".*.*"):
            process = folder.name.rpartition(".")[2]
            if folder.is_dir() and process.isdigit() and not psutil.pid_exists(int(process)):
                shutil.rmtree(folder, ignore_errors=True)

    def write(self, result: Result) -> None:
        """Write a cell's folder beside its place and move it there in one step."""
        target = self.cell_folder(result.cell)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        if result.predictions is not None:
            result.predictions.to_parquet(temporary / PREDICTIONS, index=False)
        for name, path in result.files.items():
            shutil.move(path, temporary / name)
        (temporary / RESULT).write_text(json.dumps(result.record, indent=1))
        shutil.rmtree(target, ignore_errors=True)
        try:
            temporary.rename(target)
        except OSError:  # an orphan of a killed run wrote the same cell in this very moment
            shutil.rmtree(temporary)
            if self.read(result.cell) is None:
                raise
