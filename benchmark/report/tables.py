"""Which tables a study has, and writing them as CSV, Markdown and LaTeX."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from benchmark.analysis.findings import Findings
from benchmark.report.prediction_figures import tuned_cells
from results.tables.across_settings import controls_table, heterogeneity_table, ranks_table, spread_table
from results.tables.cost import cost_table
from results.tables.data_set import dataset_table
from results.tables.differences import differences_table, tests_table
from results.tables.paper import PaperTable, save_table
from results.tables.sample_size import crossover_table, fits_table
from results.tables.scores import ScoreTables
from results.tables.training import epochs_table

Table = tuple[str, Callable[[], PaperTable]]  # name, and how: ValueError says why there is none


@dataclass(frozen=True)
class Written:
    """A table with its files (CSV, Markdown, LaTeX), or the reason why there is none."""

    name: str
    table: PaperTable | None = None
    files: Sequence[Path] = ()
    reason: str = ""


def write_tables(findings: Findings, folder: Path) -> list[Written]:
    """Write every table of a study below `folder`, in the order of the page."""
    return [_write(name, make, folder) for name, make in _tables(findings)]


def _write(name: str, make: Callable[[], PaperTable], folder: Path) -> Written:
    try:
        table = make()
    except ValueError as error:
        return Written(name, reason=str(error))
    return Written(name, table, save_table(table, folder))


def _tables(findings: Findings) -> Iterator[Table]:
    evaluation = findings.study.evaluation
    metric, unit, confidence = evaluation.primary, evaluation.unit, evaluation.confidence
    chosen = ScoreTables(findings.chosen, metric, unit, confidence)
    every = ScoreTables(findings.scores, metric, unit, confidence)
    yield "main", chosen.main
    for table in [*every.per_part(), *every.per_size()]:
        yield table.name, partial(_same, table)
    with_interval = partial(partial, metric=metric, unit=unit, confidence=confidence)
    for name, rows, why, make in (
        ("differences", findings.differences, _NO_PAIR, with_interval(differences_table)),
        ("tests", findings.tests, _NO_PAIR, partial(tests_table, metric=metric, unit=unit)),
        ("crossovers", findings.crossovers, _NO_SIZES, partial(crossover_table, confidence=confidence)),
        ("curve_fits", findings.fits, _NO_FIT, with_interval(fits_table)),
        ("heterogeneity", findings.heterogeneity, _NO_PARTS, with_interval(heterogeneity_table)),
        ("spread", findings.spread, _NO_SEEDS, partial(spread_table, metric=metric, unit=unit)),
        ("controls", findings.controls, _NO_CONTROL, with_interval(controls_table)),
        ("cost", findings.cost, _NO_COST, partial(cost_table, metric=metric, unit=unit)),
    ):
        yield name, partial(_of_rows, rows, why, make)
    yield "ranks", partial(ranks_table, findings.ranks)
    yield "data_set", partial(dataset_table, findings.counts)
    yield from _epochs(findings)


_NO_PAIR = "no body part and size has two strategies"
_NO_SIZES = "no network is both frozen and fine-tuned at two training sizes"
_NO_FIT = "a law is fitted only to a metric of which more is better"
_NO_PARTS = "no network is both frozen and fine-tuned in two body parts"
_NO_SEEDS = "one seed has no spread"
_NO_CONTROL = "the grid has no finished controls"
_NO_COST = "the records hold no cost"


def _of_rows(rows: pd.DataFrame, why: str, make: Callable[[pd.DataFrame], PaperTable]) -> PaperTable:
    if not len(rows):
        raise ValueError(why)
    return make(rows)


def _same(table: PaperTable) -> PaperTable:
    return table


def _epochs(findings: Findings) -> Iterator[Table]:
    for name, title, record in tuned_cells(findings.study):
        test = {"auroc": record["metrics"][findings.study.evaluation.unit]["auroc"]}
        epochs = [epoch["epoch"] for epoch in record["history"]]
        kept = epochs.index(record["parameters"]["best_epoch"]) + 1
        name = f"epochs_{name}"
        yield name, partial(epochs_table, record["history"], name, title, kept=kept, test=test)
