"""What a workspace keeps of a grid beside its records, so that it can be used by its name."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from benchmark.analysis.planned import Planned, planned_comparisons
from benchmark.datasets.kind import DatasetKeys
from benchmark.datasets.kinds import AnyDataset
from benchmark.errors import UserError, reason
from benchmark.execution.plan import Plan
from benchmark.grid.schema import Evaluation
from benchmark.store.records import Records
from extractors.array_store import write_atomically
from extractors.digests import JsonValue

_FILE = "grid.json"  # in the grid's folder
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptGrid:
    """A grid as it was run last; None for what the version that ran it did not keep."""

    evaluation: Evaluation
    cells: Sequence[str]
    planned: Sequence[Planned] | None
    dataset: DatasetKeys | None

    def to_json(self) -> dict[str, JsonValue]:
        """The content of the file."""
        planned: list[JsonValue] = [one._asdict() | {"seeds": list(one.seeds)} for one in self.planned or ()]
        return {
            "evaluation": self.evaluation.model_dump(),
            "dataset": self.dataset.model_dump(mode="json") if self.dataset else None,
            "cells": list(self.cells),
            "comparisons": None if self.planned is None else planned,
        }


def planned_of(plan: Plan) -> list[Planned]:
    """The comparisons that a plan's cells make."""
    return planned_comparisons(planned.cell for planned in plan.cells)


def kept_of(plan: Plan) -> KeptGrid:
    """What is kept of a grid."""
    cells = [planned.cell.id for planned in plan.cells]
    return KeptGrid(plan.grid.evaluation, cells, planned_of(plan), plan.grid.dataset)


def keep_grid(kept: KeptGrid, records: Records) -> None:
    """Keep a grid beside its records, for `read_kept_grid`."""
    text = json.dumps(kept.to_json(), indent=1)
    path = records.folder / _FILE
    try:
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_atomically(path, text)
    except OSError as error:
        _log.warning("%s cannot be written: %s", path, reason(error))


def kept_from_json(content: Any) -> KeptGrid:
    """The kept grid of a file's content. Raises ValueError, KeyError or TypeError for other content."""
    asked = content.get("comparisons") if isinstance(content, dict) else None
    return KeptGrid(
        Evaluation.model_validate(content["evaluation"]),
        [str(cell) for cell in content["cells"]],
        None if asked is None else [Planned(**one | {"seeds": tuple(one["seeds"])}) for one in asked],
        _dataset_of(content.get("dataset")),
    )


def read_kept_grid(records: Records) -> KeptGrid:
    """What `keep_grid` has kept. Raises UserError where there is nothing of use."""
    try:
        return kept_from_json(json.loads((records.folder / _FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(
            f"{records.folder.parent} holds no grid '{records.folder.name}' that this version has run; give "
            "the grid file"
        ) from None


def _dataset_of(content: object) -> DatasetKeys | None:
    """The data set; None where it was not kept, or is of a kind that is not installed any more."""
    try:
        return None if content is None else TypeAdapter[DatasetKeys](AnyDataset).validate_python(content)
    except ValueError:
        return None
