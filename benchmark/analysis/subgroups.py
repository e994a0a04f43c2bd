"""Each strategy's chosen cell on parts of the test set, divided by a column of the manifest.

A description of one model per strategy: it compares no two strategies. `group_verdicts` does, in each group.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.leaders import leaders
from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.datasets.column_names import plain_name
from benchmark.execution.plan import Plan
from benchmark.grid.schema import Evaluation
from benchmark.grid.subgroups import Subgroup
from benchmark.store.record import Finished
from results.evaluation import with_interval
from results.label_tasks import BINARY, MULTICLASS, MULTILABEL, ORDINAL, LabelTask
from results.predicted import Predicted

FEWEST = 20  # patients of a group whose metrics are shown; as results.uncertainty.FEW, chosen by hand
METRICS = ("auroc", "sensitivity_at_chosen", "specificity_at_chosen")
METRICS_OF = {
    BINARY: METRICS,
    MULTICLASS: ("macro_auroc", "accuracy", "balanced_accuracy"),
    ORDINAL: ("quadratic_kappa", "macro_auroc", "grade_error"),
    MULTILABEL: ("macro_auroc", "macro_average_precision", "macro_balanced_accuracy_at_chosen"),
}
EVERYONE, NOT_SAID, SEVERAL = "all", "not said", "several"
TOO_FEW, ONE_CLASS = "too few", "one class"
_MOST_GROUPS = 20  # of a column without bounds


def subgroup_rows(evaluated: ResampledCells, plan: Plan, asked: Subgroup) -> pd.DataFrame:
    """One row per body part, strategy (its chosen cell at the largest size: `leaders`) and group.

    Columns: body_part, strategy, method, train_size, group, units (studies or images), patients, abnormal (of
    another task than two classes `fewest`: patients of the rarest class), why_not (TOO_FEW below FEWEST
    patients, ONE_CLASS, a class that it lacks, or empty) and METRICS_OF the task, each with `_low` and
    `_high`: intervals over the group's patients, None where `why_not` says why. The first group is EVERYONE.
    A study whose images have different values is in the group SEVERAL. Raises ValueError for a column that
    the manifest lacks, and for one with too many values.
    """
    groups, names = groups_of(plan, asked)
    rows = []
    for part, setting in evaluated.largest.items():
        for record in leaders(evaluated, setting):
            found = {
                "body_part": part,
                "strategy": record.strategy,
                "method": f"{record.backbone} · {record.classifier}",
                "train_size": setting.train_size,
            }
            rows += [found | row for row in _of_cell(evaluated, record, groups, names)]
    return pd.DataFrame(rows)


def cell_rows(
    evaluated: ResampledCells, record: Finished, plan: Plan, asked: Subgroup
) -> list[dict[str, Any]]:
    """The rows of one cell, as `subgroup_rows` from the column `group` on. Raises ValueError as it does."""
    return list(_of_cell(evaluated, record, *groups_of(plan, asked)))


def cut(values: pd.Series, bounds: Sequence[float]) -> tuple[pd.Series, list[str]]:
    """The group of each text, and all groups in their order: the numbers between bounds, or else the texts.

    Empty texts, and with bounds those that are no number, are NOT_SAID, the last group.
    """
    if not bounds:
        return values.where(values != "", NOT_SAID), [*sorted(set(values) - {"", NOT_SAID}), NOT_SAID]
    texts = [f"{bound:g}" for bound in bounds]
    between = [f"{low} to < {high}" for low, high in pairwise(texts)]
    names = [f"< {texts[0]}", *between, f"≥ {texts[-1]}", NOT_SAID]
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    places = np.where(np.isfinite(numbers), np.searchsorted(bounds, numbers, side="right"), len(names) - 1)
    return pd.Series(np.array(names, dtype=object)[places], index=values.index), names


def groups_of(plan: Plan, asked: Subgroup) -> tuple[pd.Series, list[str]]:
    """The group of each image, by its name; and all groups. Raises ValueError as `subgroup_rows`."""
    described, column = plan.manifest.describing(), plain_name(asked.column)
    if column not in described:
        known = ", ".join(map(str, described)) or "there is none"
        raise ValueError(f"the data set has no column '{asked.column}' that describes images ({known})")
    bounds = _tertiles(plan, described[column]) if asked.tertiles else asked.bounds
    groups, names = cut(described[column], bounds)
    if len(names) > _MOST_GROUPS + 1:
        raise ValueError(
            f"the column '{asked.column}' has {len(names) - 1:,} values, more than {_MOST_GROUPS}; cut "
            f"numbers by bounds: {{column: {asked.column}, bounds: [40, 60]}}"
        )
    return groups.set_axis(plan.manifest.images["image"]), names


def _tertiles(plan: Plan, values: pd.Series) -> tuple[float, ...]:
    """Where the numbers of the training patients (the mean of each patient's images) are cut into thirds."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)[plan.pool]
    patients = plan.manifest.images["patient"].to_numpy()[plan.pool]
    means = pd.Series(numbers).where(np.isfinite(numbers)).groupby(patients).mean().dropna()
    if means.empty:
        raise ValueError(f"no training patient has a number in the column '{values.name}' to cut at tertiles")
    return tuple(sorted({float(bound) for bound in np.quantile(means, [1 / 3, 2 / 3])}))


def group_of_images(predictions: pd.DataFrame, groups: pd.Series, *, by_study: bool) -> pd.Series:
    """The group of each row of predictions; where studies are judged, SEVERAL for one with two groups."""
    found = pd.Series(groups.loc[predictions["image"]].to_numpy(), index=predictions.index)
    if by_study:
        found = found.where(found.groupby(predictions["study"]).transform("nunique") == 1, SEVERAL)
    return found


def _of_cell(
    evaluated: ResampledCells, record: Finished, groups: pd.Series, names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    predictions, unit = evaluated.predicted(record), evaluated.evaluation.unit
    found = group_of_images(predictions.table, groups, by_study=evaluated.evaluation.by_study)
    whole = predictions.per_unit(unit)
    yield _row(evaluated.evaluation, EVERYONE, whole, whole)
    for name in dict.fromkeys([*names, SEVERAL]):
        if (found == name).any():
            own = predictions.only((found == name).to_numpy()).per_unit(unit)
            yield _row(evaluated.evaluation, name, own, whole)


def metrics_shown(evaluation: Evaluation, task: LabelTask) -> list[str]:
    """The metrics of a table of groups: those of the task, the primary one first where it is another."""
    own = METRICS_OF[task.kind]
    return list(own if task.is_binary else dict.fromkeys([evaluation.primary, *own]))


def fewest_of(group: Predicted, whole: Predicted) -> tuple[int, str]:
    """The patients of the rarest class in a group, of the classes that the test set has; and its name.

    0 where the group lacks one of these: a mean over classes would be of other ones. Of two classes the
    rarer label, of no name.
    """
    found = {name: group.fewest_by_class[name] for name, own in whole.fewest_by_class.items() if own}
    rarest = min(found, key=found.__getitem__, default="")
    return found.get(rarest, 0), rarest


def _row(evaluation: Evaluation, name: str, table: Predicted, whole: Predicted) -> dict[str, Any]:
    fewest, rarest = fewest_of(table, whole)
    lacks = ONE_CLASS if table.task.is_binary else f"all or none '{rarest}'"
    why_not = TOO_FEW if table.patients < FEWEST else "" if fewest else lacks
    counts = {"abnormal": table.positive} if table.task.is_binary else {"fewest": fewest}
    row: dict[str, Any] = {
        "group": name,
        "units": len(table.table),
        "patients": table.patients,
        **counts,
        "why_not": why_not,
    }
    for metric in metrics_shown(evaluation, table.task):
        found: dict[str, float | None] = {"value": None, "low": None, "high": None}
        if not why_not:
            found = with_interval(
                metric, table.resampled(metric, evaluation.resamples), evaluation.confidence
            )
        row |= {metric: found["value"], f"{metric}_low": found["low"], f"{metric}_high": found["high"]}
    return row
