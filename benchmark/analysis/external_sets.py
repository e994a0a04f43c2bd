"""The cells of a grid on its external sets: the same cells, with the primary metric of another test set."""

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmark.analysis.resampled_cells import ResampledCells, compared_method
from benchmark.store.external_files import judged_as, read_external, resampled_elsewhere
from benchmark.store.measures import predicted, resample
from benchmark.store.record import Corrupted, Finished
from benchmark.store.records import DamagedError
from results.counts import counted, of_count
from results.predicted import Predicted
from results.uncertainty import Resampled

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Away:
    """An external set, and the cells that were tested on it: at `home` and `there`.

    What training folds choose is read from the records, so that it is the same on both: a method whose chosen
    cell was not tested is not there. `corruption` is that of a rung of the ladder, whose patients are those
    of home. With `narrowed`, findings of home were not judged there: `home` is then of the others alone, too.
    """

    name: str
    corruption: Corrupted | None
    home: ResampledCells
    there: ResampledCells
    narrowed: bool = False

    def predicted(self, record: Finished) -> Predicted:
        """A cell's predictions on the set, one row per image."""
        table = read_external(self.home.records, record, self.name)
        return predicted(table, judged_as(record, record.external[self.name]))

    def predicted_at_home(self, record: Finished) -> Predicted:
        """The same on the test set of home, of the findings that are judged on both."""
        table = self.home.predicted(record)
        return replace(table, task=judged_as(record, record.external[self.name]).label_task)


def away_sets(cells: ResampledCells, names: Sequence[str] | None = None) -> Iterator[Away]:
    """The sets on which cells were tested, hospitals first; `names` are those of the grid, None: all."""
    known: dict[str, Corrupted | None] = {}
    for record in cells.finished:
        for name, facts in record.external.items():
            if facts.predictions_sha256 and (names is None or name in names):
                known.setdefault(name, facts.corruption)
    order = list(names) if names is not None else sorted(known, key=lambda name: _place(name, known[name]))
    for name in order:
        if name in known:
            yield _away(cells, name, known[name])


def _place(name: str, corruption: Corrupted | None) -> tuple[bool, str, int]:
    return (False, name, 0) if corruption is None else (True, corruption.kind, corruption.strength)


def _away(cells: ResampledCells, name: str, corruption: Corrupted | None) -> Away:
    tested = [
        record
        for record in cells.finished
        if (facts := record.external.get(name)) is not None and facts.predictions_sha256
    ]
    found: dict[str, Resampled] = {}
    for record in tested:
        try:
            found[record.cell] = resampled_elsewhere(cells.records, record, name, cells.evaluation)
        except DamagedError as error:
            _log.warning("%s", error)
    lost = _lost(cells, found)
    kept = [record for record in tested if record.cell in found and _compared(record) not in lost]
    parts = {record.body_part for record in tested}
    if said := sum(part in parts for part, *_ in lost):
        chosen = f"{counted(said, 'cell')} that training folds chose {of_count(said, 'was', 'were')}"
        them = of_count(said, "it", "them")
        _log.warning("'%s': %s not tested on it, and no other cell stands for %s", name, chosen, them)
    narrow = {record.cell: _narrowed(cells, record, name) for record in kept if record.external[name].classes}
    home = replace(
        cells, finished=kept, resampled={**cells.resampled, **narrow} if narrow else cells.resampled
    )
    return Away(name, corruption, home, replace(home, resampled=found), narrowed=bool(narrow))


def _narrowed(cells: ResampledCells, record: Finished, name: str) -> Resampled:
    """The primary metric at home over the findings that are judged on the set."""
    evaluation, there = cells.evaluation, judged_as(record, record.external[name])
    return resample(cells.records.read_predictions(record), there, evaluation)


def _lost(cells: ResampledCells, found: Collection[str]) -> set[tuple[Any, ...]]:
    """The methods, each with its setting and seed, whose chosen cell is not there.

    Among their other cells, folds would choose another one than at home.
    """
    chosen = (
        record for sides in cells.chosen.values() for side in sides.values() for record in side.values()
    )
    return {_compared(record) for record in chosen if record.cell not in found}


def _compared(record: Finished) -> tuple[Any, ...]:
    return record.body_part, record.size_name, record.seed, compared_method(record)
