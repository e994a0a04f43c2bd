"""The tables of a report, written as CSV, Markdown and LaTeX."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from benchmark.analysis.attempts import Attempt
from benchmark.analysis.external_answers import external_by_kind
from benchmark.analysis.findings import Findings
from benchmark.analysis.group_verdicts import FEWEST_PER_CLASS
from benchmark.analysis.paired_differences import with_recipe
from benchmark.analysis.subgroups import FEWEST, metrics_shown
from benchmark.datasets.label_noise import BECOME
from benchmark.reporting.augmentations import recipes_of
from benchmark.reporting.prediction_figures import tuned_cells
from results.label_tasks import LabelTask
from results.labels import distinct
from results.tables.across_settings import controls_table, ranks_table, spread_table
from results.tables.answer import answer_table
from results.tables.body_parts import shrunken_table, together_table
from results.tables.classes import class_differences_table, classes_table
from results.tables.cost import cost_table
from results.tables.data_set import dataset_table
from results.tables.differences import differences_table, tests_table
from results.tables.external import drift_table, external_table
from results.tables.group_verdicts import group_verdicts_table, interactions_table
from results.tables.label_efficiency import efficiency_table
from results.tables.label_noise import label_noise_table
from results.tables.localisation import localisation_table
from results.tables.paper import PaperTable, save_table
from results.tables.pictures import atlas_table, augmentations_table, examples_table
from results.tables.sample_size import crossover_table, fits_table
from results.tables.scores import ScoreTables
from results.tables.subgroups import subgroups_table
from results.tables.training import epochs_table
from results.tables.worklist import worklist_table
from results.text import for_file_name

Table = tuple[str, Callable[[], PaperTable]]  # name, and how: ValueError says why there is none
Thing = TypeVar("Thing")

_NO_ANSWER = "no network is used in two ways, frozen, adapted or fine-tuned"
_NO_PAIR = "no body part and size has two strategies"
_NO_SIZES = "no network is both frozen and fine-tuned at two training sizes"
_NO_FIT = "a law is fitted only to a metric of which more is better"
_NO_PARTS = "no network is both frozen and fine-tuned in two body parts"
_NO_SEEDS = "one seed has no spread"
_NO_CONTROL = "the grid has no finished controls"
_NO_COST = "the records hold no cost"
_SEVERAL = "it counts two classes, and the labels have several: their counts are in the table of classes"
_OF_TWO = "it is of two classes, and the labels have several"
_NO_GROUPS = "no column makes groups, or no network is used in two ways"
_ONE_CLASS = "no test set has normal and abnormal cases"


@dataclass(frozen=True)
class Written:
    """A table with its files (CSV, Markdown, LaTeX), or the reason why there is none."""

    name: str
    table: PaperTable | None = None
    files: Sequence[Path] = ()
    reason: str = ""


def write_tables(findings: Findings, folder: Path) -> list[Written]:
    """Write every table of a report below `folder`, in the order of the page."""
    taken: set[str] = set()
    return [_write(distinct(name, taken), make, folder) for name, make in _tables(findings)]


def _write(name: str, make: Callable[[], PaperTable], folder: Path) -> Written:
    try:
        table = replace(make(), name=name)
    except ValueError as error:
        return Written(name, reason=str(error))
    return Written(name, table, save_table(table, folder))


def _tables(findings: Findings) -> Iterator[Table]:
    """Every table in the order of the page: answer, scores, comparisons, sizes, ranks, cost, data, epochs."""
    evaluation = findings.evaluated.evaluation
    metric, unit, confidence = evaluation.primary, evaluation.unit, evaluation.confidence
    of_metric: dict[str, Any] = {"metric": metric, "unit": unit}
    with_interval = of_metric | {"confidence": confidence}
    level = evaluation.level
    rows = pd.DataFrame(findings.headline.rows)
    yield "answer", _of_rows(rows, _NO_ANSWER, answer_table, **with_interval, level=level)
    yield "main", ScoreTables(findings.chosen, metric, unit, confidence, level).main
    every = ScoreTables(findings.scores, metric, unit, confidence, level)
    for table in [*every.per_part(), *every.per_size()]:
        yield table.name, partial(_same, table)
    yield (
        "differences",
        _of_rows(findings.differences, _NO_PAIR, differences_table, **with_interval, level=level),
    )
    yield from _classes(findings)
    two = findings.evaluated.task.is_binary
    yield "tests", _of_rows(findings.tests, _NO_PAIR if two else _OF_TWO, tests_table, **of_metric)
    yield "crossovers", _of_rows(findings.crossovers, _NO_SIZES, crossover_table, confidence=confidence)
    yield (
        "label_efficiency",
        _of_rows(findings.efficiency, _NO_SIZES, efficiency_table, confidence=confidence),
    )
    yield "curve_fits", _of_rows(findings.fits, _NO_FIT, fits_table, **with_interval)
    yield "parts_together", _of_rows(findings.together, _NO_PARTS, together_table, **with_interval)
    yield "parts_shrunken", _of_rows(findings.shrunken, _NO_PARTS, shrunken_table, **with_interval)
    yield "spread", _of_rows(findings.spread, _NO_SEEDS, spread_table, **of_metric)
    yield "controls", _of_rows(findings.controls, _NO_CONTROL, controls_table, **with_interval)
    if len(findings.noise):
        become = BECOME.get(findings.evaluated.task.kind, "")
        how: dict[str, Any] = {**with_interval, "level": level, "become": become}
        yield "label_noise", partial(label_noise_table, findings.noise, **how)
    yield "cost", _of_rows(findings.cost, _NO_COST, cost_table, **of_metric)
    yield (
        "worklist",
        _of_rows(
            findings.worklist,
            _ONE_CLASS if two else _OF_TWO,
            worklist_table,
            unit=unit,
            confidence=confidence,
        ),
    )
    yield from _subgroups(findings)
    yield "examples", partial(examples_table, _made(findings.galleries))
    yield "embedding_atlas", partial(atlas_table, _made(findings.atlases))
    yield from _augmentations(findings)
    if len(findings.localisation):  # most grids keep no model, or know no place: then it is not missed
        yield "localisation", partial(localisation_table, findings.localisation, confidence=confidence)
    yield from _external(findings)
    yield "ranks", partial(ranks_table, findings.ranks)
    yield "data_set", _of_rows(findings.counts, _SEVERAL, dataset_table)
    yield from _epochs(findings)


def _of_rows(
    rows: pd.DataFrame, why: str, make: Callable[..., PaperTable], **settings: Any
) -> Callable[[], PaperTable]:
    """The table of these rows; without any, ValueError says why there is none."""

    def table() -> PaperTable:
        if not len(rows):
            raise ValueError(why)
        return make(with_recipe(rows) if "recipe" in rows else rows, **settings)

    return table


def _made(attempts: Mapping[str, Attempt[Thing]]) -> list[Thing]:
    return [one.made for one in attempts.values() if one.made is not None]


def _classes(findings: Findings) -> Iterator[Table]:
    """The tables of several classes, grades or findings; of two classes there is none, and none is missed."""
    evaluated = findings.evaluated
    word, evaluation = evaluated.task.word, evaluated.evaluation
    if len(findings.classes):
        yield "classes", partial(classes_table, findings.classes, word, confidence=evaluation.confidence)
    if len(findings.class_differences):
        rows, level = findings.class_differences, evaluation.level
        yield "class_differences", partial(class_differences_table, rows, word, level=level)


def _subgroups(findings: Findings) -> Iterator[Table]:
    evaluation = findings.evaluated.evaluation
    for asked, found in findings.subgroups.items():
        name = f"subgroups_{for_file_name(asked.column)}"
        settings: dict[str, Any] = {
            "unit": evaluation.unit,
            "fewest": FEWEST,
            "metrics": metrics_shown(evaluation, findings.evaluated.task),
            "confidence": evaluation.confidence,
        }
        yield name, partial(_of_group, found, name, asked.column, settings)
    if findings.subgroups:
        how: dict[str, Any] = {"metric": evaluation.primary, "unit": evaluation.unit}
        how |= {"confidence": evaluation.confidence, "level": evaluation.level}
        found_verdicts = findings.group_verdicts
        yield (
            "group_verdicts",
            _of_rows(
                found_verdicts.groups,
                _NO_GROUPS,
                group_verdicts_table,
                **how,
                fewest=FEWEST_PER_CLASS,
                rarest=_rarest(findings.evaluated.task),
            ),
        )
        yield (
            "group_interactions",
            _of_rows(found_verdicts.interactions, _NO_GROUPS, interactions_table, **how),
        )


def _rarest(task: LabelTask) -> str:
    return "rarer label" if task.is_binary else f"rarest {task.word}"


def _of_group(
    found: Attempt[pd.DataFrame], name: str, column: str, settings: Mapping[str, Any]
) -> PaperTable:
    return subgroups_table(found.get(), name, column, **settings)


def _external(findings: Findings) -> Iterator[Table]:
    """The tables of other test sets, where there are any: hospitals, then corruptions of the own one."""
    evaluation = findings.evaluated.evaluation
    settings: dict[str, Any] = {
        "metric": evaluation.primary,
        "unit": evaluation.unit,
        "rarest": _rarest(findings.evaluated.task),
        "confidence": evaluation.confidence,
        "level": evaluation.level,
    }
    for name, rows in external_by_kind(findings.external).items():
        yield name, partial(external_table, rows, name, **settings)
    if len(findings.drift):
        yield (
            "external_drift",
            partial(drift_table, findings.drift, evaluation.unit, confidence=evaluation.confidence),
        )


def _augmentations(findings: Findings) -> Iterator[Table]:
    recipes = recipes_of(findings.plan.grid)
    if recipes:
        settings = {name: recipe.augmentation.model_dump() for name, recipe in recipes.items()}
        yield "augmentations", partial(augmentations_table, settings)


def _same(table: PaperTable) -> PaperTable:
    return table


def _epochs(findings: Findings) -> Iterator[Table]:
    for name, title, record in tuned_cells(findings.evaluated):
        area = "auroc" if record.label_task.is_binary else "macro_auroc"
        test = {"auroc": record.bounded(findings.evaluated.evaluation.unit, area).model_dump()}
        history = [epoch.model_dump() for epoch in record.chosen_from]
        kept = [epoch["epoch"] for epoch in history].index(record.best_epoch) + 1
        name = f"epochs_{name}"
        yield name, partial(epochs_table, history, name, title, kept=kept, test=test)
