"""The results of a grid (curves, differences, verdicts), computed once for commands, MLflow and report."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from benchmark.analysis.external_answers import external_rows
from benchmark.analysis.external_sets import Away, away_sets
from benchmark.analysis.finished import leak_of
from benchmark.analysis.head_to_head import head_to_head
from benchmark.analysis.headline import Headline, headline
from benchmark.analysis.learning_curves import CurvePoint, curve_points
from benchmark.analysis.paired_differences import Pair, pairs
from benchmark.analysis.planned import Planned
from benchmark.analysis.resampled_cells import ResampledCells, read_resampled_cells
from benchmark.analysis.verdicts import difference_rows
from benchmark.execution.executors import Share
from benchmark.grid.schema import Evaluation
from benchmark.store.record import Finished
from benchmark.store.records import Records, ordinary


@dataclass(frozen=True)
class Answers:
    """The resampled cells of a grid and of its controls; results are computed at first use.

    `planned` are the comparisons that the grid plans; None where they are not known.
    """

    cells: ResampledCells
    controls: ResampledCells
    planned: Sequence[Planned] | None = None
    external: Sequence[str] | None = None  # the sets that the grid names; None: all that the records have

    @property
    def finished(self) -> list[Finished]:
        """The records of ordinary cells, then those of controls."""
        return [*self.cells.finished, *self.controls.finished]

    @cached_property
    def points(self) -> list[CurvePoint]:
        """The learning curves, one point per method and training size."""
        return curve_points(self.cells)

    @cached_property
    def control_points(self) -> list[CurvePoint]:
        """The same for the controls."""
        return curve_points(self.controls)

    @cached_property
    def pairs(self) -> list[Pair]:
        """Every pair of sides that are compared: `paired_differences.pairs`."""
        return list(pairs(self.cells))

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Every paired difference over seeds, with its verdict: `difference_rows`."""
        return difference_rows(self.cells, self.pairs, self.planned)

    @cached_property
    def sets(self) -> list[Away]:
        """The external sets, with the cells that were tested on them."""
        return list(away_sets(self.cells, self.external))

    @cached_property
    def elsewhere(self) -> pd.DataFrame:
        """The verdict at home, on each external set, and the change: `external_answers.external_rows`."""
        return external_rows(self.sets, self.differences, self.planned)

    @cached_property
    def head_to_head(self) -> list[dict[str, Any]]:
        """Frozen against fine-tuned: `benchmark.analysis.head_to_head`."""
        return head_to_head(self.cells, self.pairs, self.differences)

    @cached_property
    def headline(self) -> Headline:
        """The answer in one sentence, with a row for each body part."""
        return headline(self.differences, self.cells.evaluation, leak_of(self.cells.finished))


def answers_of(
    evaluation: Evaluation,
    records: Records,
    finished: Sequence[Finished],
    share: Share | None = None,
    planned: Sequence[Planned] | None = None,
    external: Sequence[str] | None = None,
) -> Answers:
    """The results of these records. Missing resamples are computed, in the processes of `share`.

    `planned` are the comparisons of the whole grid (`planned.planned_comparisons`), finished or not,
    `external` the names of its external sets.
    """
    read = read_resampled_cells(evaluation, records, finished, share)
    own = ResampledCells(evaluation, records, ordinary(finished), read.resampled)
    controls = [record for record in finished if record.control]
    return Answers(own, ResampledCells(evaluation, records, controls, read.resampled), planned, external)
