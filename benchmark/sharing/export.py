"""Write the finished cells of a grid into one file, to be given away."""

from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from benchmark.analysis.kept_grid import kept_of
from benchmark.errors import UserError, reason
from benchmark.execution.plan import Plan
from benchmark.sharing.archive import Index, write_archive
from benchmark.sharing.cell_files import Files, pack, shared_unreadable
from benchmark.sharing.portable import portable_grid, without_folders
from benchmark.sharing.pseudonyms import Pseudonyms, digest_of_test, pseudonyms_of
from benchmark.store.record import Finished
from benchmark.store.records import Records


def export_grid(plan: Plan, records: Records, path: Path) -> int:
    """Write every cell that is done, without pixels, ids and folders; returns their number.

    One cell is in memory at a time. Raises UserError when none is done, when `path` is there already, for a
    cell of other images, and where cells left out different unreadable images.
    """
    if path.exists():
        raise UserError(f"{path} is there already: give another --out, or delete it")
    if not path.absolute().parent.is_dir():
        raise UserError(f"{path.absolute().parent} is no folder: make it, or give another --out")
    done = [planned.cell.id for planned in plan.cells if planned.status == "done"]
    found = [record for cell in done if isinstance(record := records.read(cell), Finished)]
    if not found:
        raise UserError(f"grid '{plan.grid.name}': no cell is done yet; first: benchmark run")
    unreadable = shared_unreadable((record.unreadable for record in found), f"grid '{plan.grid.name}'")
    kept = replace(kept_of(plan), cells=[record.cell for record in found], dataset=None)
    index = Index(
        benchmark_export=1,
        grid=plan.grid.name,
        test_digest=digest_of_test(plan.manifest, plan.test, unreadable),
        kept=without_folders(kept.to_json()),
        version=version("benchmark"),
    )
    return write_archive(
        path, index, portable_grid(plan.grid), _cells(found, records, pseudonyms_of(plan.manifest))
    )


def _cells(found: list[Finished], records: Records, numbers: Pseudonyms) -> Iterator[tuple[str, Files]]:
    for record in found:
        try:
            files = pack(record, records.read_predictions(record), numbers)
        except (ValueError, KeyError) as error:  # such as names in another Unicode form than the data set's
            if isinstance(error, UserError):
                raise
            raise UserError(
                f"the cell {record.cell} cannot be exported, as it is not of these images ({reason(error)}): "
                "compute it again"
            ) from None
        yield record.cell, files
