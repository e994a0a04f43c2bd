"""Read exports into a workspace: with the data set their ids come back, without it they stay numbers."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.analysis.kept_grid import KeptGrid, keep_grid, kept_of, read_kept_grid
from benchmark.analysis.planned import Planned
from benchmark.errors import UserError, reason
from benchmark.execution.plan import Plan
from benchmark.sharing.archive import INDEX, Archive
from benchmark.sharing.cell_files import Files, finished, shared_unreadable, unpack
from benchmark.sharing.pseudonyms import digest_of_test, pseudonyms_of
from benchmark.store.record import Finished
from benchmark.store.records import RESULT, Records
from benchmark.store.workspace import Workspace
from extractors.array_store import write_atomically

Restored = Callable[[str, Files], Files]  # (cell, its files) -> its files in this workspace
_NOTE = ".imported.json"  # in a grid's folder: the test part of the exports in it, whose ids are numbers


@dataclass(frozen=True)
class Imported:
    """What became of the cells of some exports: written, or left out since a finished one was there."""

    grid: str
    written: int
    there: int


def import_into_plan(paths: Sequence[Path], plan: Plan, records: Records) -> Imported:
    """Read exports of a grid whose data set is here; the cells are as if they had been computed here.

    Raises UserError for a file that is no export, is damaged, or was tested on other patients.
    """
    archives = [Archive(path) for path in paths]
    numbers = pseudonyms_of(plan.manifest)
    unreadable = [_unreadable(archive, numbers.original_image) for archive in archives]
    here = _unreadable_here(plan, records, unreadable[0])
    own = digest_of_test(plan.manifest, plan.test, here)
    for archive, left_out in zip(archives, unreadable, strict=True):
        _check_test(archive, own, f"the data set of the grid '{plan.grid.name}'")
        if digest_of_test(plan.manifest, plan.test, left_out) != own:  # its index does not count them
            raise _tested_on_others(archive, f"its {INDEX} says")
    fingerprints = {planned.cell.id: planned.fingerprint for planned in plan.cells}

    def with_ids(cell: str, files: Files) -> Files:
        return unpack(files, numbers, fingerprints.get(cell, {}))

    _check_cells(archives, with_ids)
    found = _write(archives, records, with_ids)
    keep_grid(kept_of(plan), records)
    return found


def import_numbered(paths: Sequence[Path], workspace: Workspace) -> Imported:
    """Read exports without their data set: ids stay numbers. All must be of one grid and one test part.

    Raises UserError as `import_into_plan`, and where the workspace has cells of the grid with real ids.
    """
    archives = [Archive(path) for path in paths]
    first = archives[0]
    records = workspace.records(first.index.grid)
    for archive in archives[1:]:
        if archive.index.grid != first.index.grid:
            raise UserError(
                f"{archive.path} is of the grid '{archive.index.grid}', {first.path} of "
                f"'{first.index.grid}': import each by itself"
            )
        _check_test(archive, first.index.test_digest, str(first.path))
    for archive in archives:
        _unreadable(archive, str)
    there = _noted(records)
    if there:
        _check_test(first, there, f"what was imported into {records.folder}")
    elif any(records.all()):
        raise UserError(
            f"{records.folder} holds cells that were computed here: name the grid file with --grid, so that "
            "the ids of the import can be found again, or give another --workspace"
        )
    kept = _merged(archives, records)
    _check_cells(archives, _as_it_is)
    records.folder.mkdir(parents=True, exist_ok=True)
    write_atomically(records.folder / _NOTE, json.dumps({"test_digest": first.index.test_digest}))
    keep_grid(kept, records)
    return _write(archives, records, _as_it_is)


def _check_test(archive: Archive, digest: str, other: str) -> None:
    if archive.index.test_digest != digest:
        raise _tested_on_others(archive, other)


def _tested_on_others(archive: Archive, other: str) -> UserError:
    return UserError(
        f"{archive.path} was tested on other images, patients or labels than {other} (an image that could "
        "not be read is not tested on): the two cannot be compared"
    )


def _unreadable(archive: Archive, original: Callable[[str], str]) -> frozenset[str]:
    """The images that all cells of an export left out; `original` makes a name of a number."""
    found = []
    for cell, content in archive.results():
        try:
            found.append([original(image) for image in json.loads(content).get("unreadable", [])])
        except Exception as error:  # whatever a damaged record raises
            raise _unusable(archive, cell, error) from None
    return shared_unreadable(found, str(archive.path))


def _unreadable_here(plan: Plan, records: Records, otherwise: frozenset[str]) -> frozenset[str]:
    """The images that the cells of this workspace left out; where none is done, `otherwise`."""
    done = [records.read(planned.cell.id) for planned in plan.cells if planned.status == "done"]
    found = [record.unreadable for record in done if isinstance(record, Finished)]
    return shared_unreadable(found, str(records.folder)) if found else otherwise


def _noted(records: Records) -> str:
    try:
        return str(json.loads((records.folder / _NOTE).read_text(encoding="utf-8"))["test_digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _as_it_is(cell: str, files: Files) -> Files:
    return files


def _check_cells(archives: Sequence[Archive], restored: Restored) -> None:
    """Look at every cell of all exports before the first is written."""
    for archive in archives:
        for cell, files in archive.cells():
            try:
                if finished(files).cell != cell:
                    raise ValueError("its record is of another cell")
                restored(cell, files)
            except Exception as error:  # whatever JSON, Parquet or pydantic raise for a damaged file
                raise _unusable(archive, cell, error) from None


def _unusable(archive: Archive, cell: str, error: Exception) -> UserError:
    return UserError(f"{archive.path}: the cell {cell} cannot be used: {reason(error)}")


def _write(archives: Sequence[Archive], records: Records, restored: Restored) -> Imported:
    """Write the cells that are not there."""
    written = there = 0
    for archive in archives:
        for cell, files in archive.cells():
            known = records.read(cell)
            if isinstance(known, Finished) and not records.damage(cell, known):
                there += 1
                continue
            whole = restored(cell, files)
            content = json.loads(whole[RESULT]) | {"grid": records.folder.name}
            records.receive(cell, {**whole, RESULT: json.dumps(content, indent=1).encode()})
            written += 1
    return Imported(records.folder.name, written, there)


def _merged(archives: Sequence[Archive], records: Records) -> KeptGrid:
    """One kept grid of all exports and of what was imported before: their cells and comparisons together."""
    kept = [(archive.path, archive.kept) for archive in archives]
    if _noted(records) and any(records.all()):
        kept.insert(0, (records.folder, read_kept_grid(records)))
    first_path, first = kept[0]
    seeds: dict[tuple[str, str, str, str, int | str], set[int]] = {}
    for path, one in kept:
        if one.evaluation != first.evaluation:
            raise UserError(
                f"{path} has other settings of evaluation than {first_path}: export with the same"
            )
        for planned in one.planned or ():
            seeds.setdefault(planned.key, set()).update(planned.seeds)
    merged = [Planned(*key, tuple(sorted(found))) for key, found in seeds.items()]
    return KeptGrid(
        first.evaluation, list(dict.fromkeys(cell for _, one in kept for cell in one.cells)), merged, None
    )
