"""Test a fitted cell on external sets: what was chosen at home is used as it is."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.splits import RowNumbers
from benchmark.errors import UserError
from benchmark.execution.external_pixels import SetPixels
from benchmark.execution.external_sets import ExternalSet, lacking
from benchmark.execution.job import DONE, Job, Outcome
from benchmark.execution.plan import PlannedCell
from benchmark.grid.cells import Cell
from benchmark.grid.schema import Evaluation
from benchmark.store.external_files import (
    EXTERNAL,
    OtherClassesError,
    judged_classes,
    write_external,
    write_external_resamples,
)
from benchmark.store.record import Elsewhere, Finished
from benchmark.store.records import RESULT, Result
from classifiers.selection import Floats
from extractors.array_store import read_array, write_atomically
from extractors.errors import reason
from results.label_tasks import LabelTask, with_probabilities

_log = logging.getLogger(__name__)
Judge = Callable[[NDArray[Any]], Floats]  # stored rows (n, ...) -> probabilities (n,) or (n, classes)


class NoModelError(ValueError):
    """A fit that can judge no images but its own test images."""


@dataclass(frozen=True, eq=False)
class SetRows:
    """A set, and the stored array (pixels or an embedding) in which `rows` (n,) are those of its images."""

    external: ExternalSet
    folder: Path
    rows: RowNumbers
    pixels_digest: str
    files_digest: str = ""

    @classmethod
    def of(cls, found: SetPixels, folder: Path) -> "SetRows":
        """The set in the array of this folder."""
        return cls(found.external, folder, found.rows, found.pixels.digest, found.files_digest)

    def moved(self, arrays: Mapping[Path, Path]) -> "SetRows":
        """The same where its array is in another folder."""
        return replace(self, folder=arrays[self.folder])

    def data(self, body_part: str) -> tuple[NDArray[Any], pd.DataFrame]:
        """The stored rows of a body part, and their images. Raises ValueError when the array was deleted."""
        stored = read_array(self.folder, check=False)
        if stored is None:
            raise ValueError(f"the array {self.folder} was deleted; run again to make it")
        own = self.external.rows_of(body_part)
        return np.asarray(stored.data[self.rows[own]]), self.external.images.iloc[own].reset_index(drop=True)


def judge_elsewhere(
    cell: Cell, record: Finished, sets: Sequence[SetRows], judge: Judge, evaluation: Evaluation, folder: Path
) -> Finished:
    """Write the predictions of a cell on each set below `folder`; returns the record that names them.

    A set on which it cannot be tested is a warning, and the others go on.
    """
    known = dict(record.external)
    for one in sets:
        if not one.external.tests(cell):
            continue
        facts: dict[str, Any] = {"digest": one.external.digest, "pixels_digest": one.pixels_digest}
        facts |= {"files_digest": one.files_digest} if one.files_digest else {}
        facts |= {"corruption": one.external.corruption} if one.external.corruption else {}
        name = one.external.name
        try:
            rows, images = one.data(cell.body_part)
            judged = judged_classes(images, record)
            facts |= {"classes": judged} if judged != record.classes else {}
            probabilities = judge(rows)
            if not record.label_task.is_binary:
                probabilities = probabilities[:, [record.classes.index(one) for one in judged]]
            predictions = with_probabilities(images, LabelTask(record.task, tuple(judged)), probabilities)
            known[name] = write_external(folder, name, predictions, record, Elsewhere.model_validate(facts))
            record = record.model_copy(update={"external": dict(known)})
            write_external_resamples(folder, record, name, predictions, evaluation)
        except (NoModelError, OtherClassesError) as error:
            if isinstance(error, OtherClassesError):
                _log.warning("cell %s: cannot be tested on '%s': %s", cell.id, name, error)
            known[name] = Elsewhere.model_validate(facts | {"why_not": str(error)})
            record = record.model_copy(update={"external": dict(known)})
        except Exception as error:  # the cell is finished; networks may raise anything
            _log.warning("cell %s: cannot be tested on '%s': %s", cell.id, name, reason(error))
    return record


def with_external(
    result: Result, cell: Cell, sets: Sequence[SetRows], judge: Judge, evaluation: Evaluation, folder: Path
) -> Result:
    """The result of a fitted cell with its predictions on the sets, whose files are below `folder`."""
    if not sets or not isinstance(result.record, Finished):
        return result
    record = judge_elsewhere(cell, result.record, sets, judge, evaluation, folder)
    target = folder / EXTERNAL
    files = result.files | ({EXTERNAL: target} if target.is_dir() else {})
    return replace(result, record=record, files=files)


def completed(
    planned: PlannedCell, sets: Sequence[SetRows], job: Job, judge_of: Callable[[Finished], Judge | None]
) -> Outcome | None:
    """Test a finished cell on the sets that it lacks, by its kept model; None where it must be computed anew.

    `judge_of` gives the judge of a record's kept model, None where none is kept. A cell whose lacking sets
    cannot be used stays as it is, and so does one whose kept model cannot be read, with a warning.
    """
    record = job.records.read(planned.cell.id)
    if planned.status != "done" or not isinstance(record, Finished):
        return None
    lacks = lacking(planned.cell, record, [one.external for one in sets], job.records)
    asked = [one for one in sets if one.external.name in lacks]
    if not asked:
        return planned.cell.id, DONE
    try:
        judge = judge_of(record)
    except UserError as error:  # of a damaged model: the cell itself is whole
        names = ", ".join(one.external.name for one in asked)
        _log.warning("cell %s: cannot be tested on %s: %s", planned.cell.id, names, error)
        return planned.cell.id, DONE
    if judge is None:
        return None
    folder = job.records.cell_folder(planned.cell.id)
    found = judge_elsewhere(planned.cell, record, asked, judge, job.context.evaluation, folder)
    write_atomically(folder / RESULT, json.dumps(found.to_json(), indent=1))
    return planned.cell.id, DONE


def stays_done(planned: PlannedCell, result: Result) -> bool:
    """Whether a failure is of testing on sets alone: the cell was finished, and stays so, with a warning."""
    if planned.status != "done" or isinstance(result.record, Finished):
        return False
    names = ", ".join(planned.lacks)
    _log.warning("cell %s: cannot be tested on %s: %s", planned.cell.id, names, result.record.error)
    return True
