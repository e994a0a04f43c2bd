"""Take over the cells that another grid of the workspace holds, as after a grid was renamed."""

import logging
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

from benchmark.execution.plan import Plan, PlannedCell
from benchmark.store.external_files import EXTERNAL
from benchmark.store.records import MODEL, RESULT, Records, Result

_log = logging.getLogger(__name__)


def take_over(plan: Plan, records: Records) -> Plan:
    """Link (or copy) the cells that other grids hold into this grid; returns the plan with them done."""
    held = [planned for planned in plan.cells if planned.held_by]
    taken = {planned.cell.id for planned in held if _take(planned, records)}
    for name, count in Counter(planned.held_by for planned in held if planned.cell.id in taken).items():
        _log.warning("%d cells were taken over from the grid '%s', which holds the same content", count, name)
    return replace(plan, cells=[_done(p) if p.cell.id in taken else p for p in plan.cells])


def _done(planned: PlannedCell) -> PlannedCell:
    return replace(planned, status="done", reason="", held_by="")


def _take(planned: PlannedCell, records: Records) -> bool:
    cell, source = planned.cell.id, Records(records.folder.parent, planned.held_by)
    record = source.read(cell)
    if record is None or source.damage(cell, record):  # changed since it was planned
        return False
    with records.temporary_folder(cell) as folder:
        files = {
            path.name: _taken(path, folder / path.name)
            for path in source.cell_folder(cell).iterdir()
            if path.name in (MODEL, EXTERNAL) or (path.is_file() and path.name != RESULT)
        }
        own = record.model_copy(update={"grid": records.folder.name})
        records.write(Result(own, files=files))
    return True


def _taken(path: Path, target: Path) -> Path:
    """A file, or a folder (of a model, or of external sets) with its files."""
    if path.is_dir():
        shutil.copytree(path, target, copy_function=_linked)
        return target
    return _linked(path, target)


def _linked(path: str | Path, target: str | Path) -> Path:
    """A second name of a file (which is only ever replaced, never changed), or a copy without such names."""
    try:
        Path(target).hardlink_to(path)
    except OSError:
        shutil.copy2(path, target)
    return Path(target)
