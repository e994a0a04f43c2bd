"""The result folders, one per finished cell, complete or absent. MLflow and reports are made from them."""

import hashlib
import json
import logging
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import pandas as pd
import psutil
from pydantic import ValidationError

from benchmark.errors import UserError, reason
from benchmark.grid.schema import Evaluation
from benchmark.store.leases import Leases
from benchmark.store.measures import is_measured, measured_again, resample
from benchmark.store.record import Finished, Record, read_record
from benchmark.store.resamples import read_resamples, resamples_key, write_resamples
from extractors.array_store import write_atomically
from results.uncertainty import Resampled

LEASES, _TOKEN, _FILES = ".leases", ".token", "-files"
RESULT, PREDICTIONS, RESAMPLES = "result.json", "predictions.parquet", "resamples.npz"
MODEL, MODEL_INDEX = "model", "extractor.json"  # the folder of a kept model (kept_models.py), and its index
AnyRecord = TypeVar("AnyRecord", bound=Record)
_log = logging.getLogger(__name__)


class DamagedError(UserError):
    """A file of a cell that is not what was written. `what` is its name and what is wrong with it."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(f"{path} {fault}; the next 'benchmark run' computes this cell again")
        self.what = f"{path.name} {fault}"


@dataclass(frozen=True)
class Result:
    """The result of one cell, as written to its folder.

    `record` is the content of result.json. `predictions` has one row per test image: image, study, patient,
    body_part, label, probability (of other tasks: `results.label_tasks`). `resampled` is a pair of
    `resamples_key` and the primary metric in each resampling of the test patients. Both are None when the
    cell failed. `files` (name -> current path) are moved into the folder.
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
        self._known: dict[str, tuple[tuple[int, int, int], Record]] = {}  # of a file as it was: its record

    def __reduce__(self) -> tuple[type["Records"], tuple[Path, str]]:
        """Another process reads the records by itself."""
        return Records, (self.folder.parent, self.folder.name)

    def cell_folder(self, cell: str) -> Path:
        """The folder of a cell, which may not exist."""
        return self.folder / cell

    def folders(self) -> frozenset[str]:
        """The names of all folders of cells, with a usable record or without, in one look.

        Raises UserError where they cannot be listed: no cell may be taken for one that was never run.
        """
        try:
            return frozenset(os.listdir(self.folder))  # noqa: PTH208
        except (FileNotFoundError, NotADirectoryError):
            return frozenset()
        except OSError as error:
            raise UserError(f"{self.folder}: the cells cannot be listed: {reason(error)}") from error

    def leases(self) -> Leases:
        """The leases of the grid's cells, with a reader's memory of its own."""
        return Leases(self.folder / LEASES)

    def token(self, *, make: bool = False) -> str:
        """A random text in the folder, by which machines know that they see the same one; empty without.

        `make` writes it where there is none.
        """
        path = self.folder / _TOKEN
        if make and not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError), path.open("x", encoding="utf-8") as stream:
                stream.write(uuid.uuid4().hex)
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return ""

    def has_model(self, cell: str) -> bool:
        """Whether a cell's folder has a model."""
        return (self.cell_folder(cell) / MODEL / MODEL_INDEX).is_file()

    def read(self, cell: str) -> Record | None:
        """A cell's record; None when it does not exist or is damaged (then a warning is logged).

        A file that was not written anew since is not read again.
        """
        path = self.cell_folder(cell) / RESULT
        try:
            found = path.stat()
            state = found.st_ino, found.st_mtime_ns, found.st_size
            if (known := self._known.get(cell)) and known[0] == state:
                return known[1]
            record = read_record(json.loads(path.read_bytes()))
            if record.cell != cell:
                raise ValueError(f"it is the record of the cell {record.cell}")
            self._known[cell] = state, record
            return record
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            _log.warning("%s is not a valid record and is ignored: %s", path, _what_is_wrong(error))
            return None

    def written(self, cell: str) -> int | None:
        """A number that changes when a cell's record is written anew; None without a record."""
        try:
            return (self.cell_folder(cell) / RESULT).stat().st_mtime_ns
        except OSError:
            return None

    def damage(self, cell: str, record: Record | None) -> str:
        """Why a cell's files cannot be used, as the end of `its file ...`; empty when they can.

        `record` is what `read` returned. A finished cell's predictions must be the bytes that its record
        names; a cell that was never run has no damage.
        """
        if record is None:
            return f"{RESULT} is damaged" if (self.cell_folder(cell) / RESULT).exists() else ""
        try:
            if isinstance(record, Finished):
                self._checked_predictions(record)
        except DamagedError as error:
            return error.what
        return ""

    def read_predictions(self, record: Finished) -> pd.DataFrame:
        """A cell's predictions, one row per test image. Raises DamagedError for other than the recorded."""
        return pd.read_parquet(BytesIO(self._checked_predictions(record)))

    def _checked_predictions(self, record: Finished) -> bytes:
        """The content of the file of predictions, compared with the digest in the record."""
        path = self.cell_folder(record.cell) / PREDICTIONS
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise DamagedError(path, "was deleted") from None
        except OSError as error:
            raise DamagedError(path, f"cannot be read ({error.strerror or reason(error)})") from error
        if _digest(content) != record.predictions_sha256:
            raise DamagedError(path, "was damaged or altered: it is not what the record names")
        return content

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
            kept = resample(self.read_predictions(record), record, evaluation)
            write_resamples(self._resamples(record), resamples_key(record, evaluation), kept)
        return kept

    def kept_resampled(self, record: Finished, evaluation: Evaluation) -> Resampled | None:
        """Like `resampled`, but None when the values are not stored."""
        return read_resamples(
            self._resamples(record), resamples_key(record, evaluation), evaluation.resamples
        )

    def _resamples(self, record: Finished) -> Path:
        return self.cell_folder(record.cell) / RESAMPLES

    def evaluated(self, record: Finished, evaluation: Evaluation) -> Finished:
        """A finished cell's record with metrics for these settings (confidence and resamples).

        A record with other settings, another kind of intervals or without a registered metric is evaluated
        again from its predictions and written back; nothing is fitted again.
        """
        if is_measured(record, evaluation):
            return record
        evaluated = measured_again(record, self.read_predictions(record), evaluation)
        path = self.cell_folder(record.cell) / RESULT
        try:
            write_atomically(path, json.dumps(evaluated.to_json(), indent=1))
        except OSError as error:  # a full disk, or a workspace that may only be read
            _log.warning("%s cannot be written: %s", path, reason(error))
        return evaluated

    def sweep(self) -> None:
        """Delete unfinished folders of processes that do not run any more."""
        leases = self.leases()
        for folder in self.folder.glob(".*.*"):
            process = folder.name.rpartition(".")[2]
            if not folder.is_dir() or not process.isdigit() or psutil.pid_exists(int(process)):
                continue
            cell = folder.name[1:].rpartition(".")[0].removesuffix(_FILES)
            if leases.holder(cell) is None:  # else a process of another machine may be writing it
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def temporary_folder(self, cell: str) -> Iterator[Path]:
        """A folder beside the cells, deleted at the end of the block, or by `sweep` after a kill."""
        folder = self.folder / f".{cell}{_FILES}.{os.getpid()}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def write(self, result: Result) -> None:
        """Write a cell's folder under a temporary name, then rename it: readers never see half of it."""
        target = self.cell_folder(result.cell)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            _fill(temporary, result)
            shutil.rmtree(target, ignore_errors=True)
            self._rename(temporary, target)
        except BaseException:  # a full disk, or a signal: nothing half stays
            shutil.rmtree(temporary, ignore_errors=True)
            raise

    def contents(self, cell: str) -> dict[str, bytes]:
        """Every file of a cell's folder, by its path in it: what `receive` takes on another machine."""
        folder = self.cell_folder(cell)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    def receive(self, cell: str, contents: Mapping[str, bytes]) -> None:
        """Write the files of a cell that another machine has computed, whole or not at all.

        Raises DamagedError for other predictions than the record names.
        """
        target = self.cell_folder(cell)
        temporary = target.with_name(f".{cell}.{os.getpid()}")
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            for name, content in contents.items():
                path = temporary / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            record = read_record(json.loads(contents[RESULT]))
            if isinstance(record, Finished) and _digest(contents[PREDICTIONS]) != record.predictions_sha256:
                raise DamagedError(target / PREDICTIONS, "was damaged on its way from another machine")
            shutil.rmtree(target, ignore_errors=True)
            self._rename(temporary, target)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise

    def _rename(self, temporary: Path, target: Path) -> None:
        try:
            temporary.rename(target)
        except OSError:  # another run wrote the same cell at the same time
            shutil.rmtree(temporary)
            if self.read(target.name) is None:
                raise


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _fill(folder: Path, result: Result) -> None:
    folder.mkdir(parents=True)
    if result.predictions is not None:
        result.predictions.to_parquet(folder / PREDICTIONS, index=False)
    if result.resampled is not None:
        write_resamples(folder / RESAMPLES, *result.resampled)
    for name, path in result.files.items():
        shutil.move(path, folder / name)
    (folder / RESULT).write_text(json.dumps(result.record.to_json(), indent=1), encoding="utf-8")


def _what_is_wrong(error: Exception) -> str:
    """The reason in one line: of a record with a wrong schema, the first key that is wrong."""
    if not isinstance(error, ValidationError):
        return reason(error)
    first = error.errors(include_url=False, include_input=False)[0]
    return ": ".join(filter(None, [".".join(map(str, first["loc"])), first["msg"]]))[:300]


def ordinary(records: Iterable[AnyRecord]) -> list[AnyRecord]:
    """The records that do not belong to a control."""
    return [record for record in records if not record.control]
