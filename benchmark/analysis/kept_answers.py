"""The results of a grid by its name alone, from what its workspace keeps: no grid file, no images."""

from benchmark.analysis.answers import Answers, answers_of
from benchmark.analysis.kept_grid import read_kept_grid
from benchmark.execution.executors import Share
from benchmark.store.record import Failed, Finished
from benchmark.store.records import Records


def kept_answers(records: Records, share: Share) -> tuple[Answers, tuple[Failed, ...]]:
    """The answers of all finished cells that are whole, and the failed ones.

    Raises UserError for a grid that no version that keeps grids has run.
    """
    kept = read_kept_grid(records)
    found = [record for cell in kept.cells if (record := records.read(cell)) is not None]
    known = [record for record in found if not records.damage(record.cell, record)]
    finished = [
        records.evaluated(record, kept.evaluation) for record in known if isinstance(record, Finished)
    ]
    failed = tuple(record for record in known if isinstance(record, Failed))
    return answers_of(kept.evaluation, records, finished, share, kept.planned), failed
