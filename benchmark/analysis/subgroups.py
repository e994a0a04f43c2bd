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
from benchmark.grid.subgroups import Subgroup
from benchmark.store.record import Finished
from results.evaluation import resampled_metric, unit_table, with_interval

FEWEST = 20  # patients of a group whose metrics are shown; as results.uncertainty.FEW, chosen by hand
METRICS = ("auroc", "sensitivity_at_chosen", "specificity_at_chosen")
EVERYONE, NOT_SAID, SEVERAL = "all", "not said", "several"
TOO_FEW, ONE_CLASS = "too few", "one class"
_MOST_GROUPS = 20  # of a column without bounds


def subgroup_rows(evaluated: ResampledCells, plan: Plan, asked: Subgroup) -> pd.DataFrame:
    """One row per body part, strategy (its chosen cell at the largest size: `leaders`) and group.

    Columns: body_part, strategy, method, train_size, group, units (studies or images), patients, abnormal,
    why_not (TOO_FEW below FEWEST patients, ONE_CLASS, or empty) and METRICS, each with `_low` and `_high`:
    intervals over the group's patients, None where `why_not` says why. The first group is EVERYONE. A study
    whose images have different values is in the group SEVERAL. Raises ValueError for a column that the
    manifest lacks, and for one with too many values.
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
    predictions = evaluated.predictions(record)
    found = group_of_images(predictions, groups, by_study=evaluated.evaluation.by_study)
    yield _row(evaluated, record, EVERYONE, predictions)
    for name in dict.fromkeys([*names, SEVERAL]):
        if (found == name).any():
            yield _row(evaluated, record, name, predictions[found == name])


def _row(evaluated: ResampledCells, record: Finished, name: str, predictions: pd.DataFrame) -> dict[str, Any]:
    evaluation = evaluated.evaluation
    table = unit_table(predictions, evaluation.unit)
    patients, classes = table["patient"].nunique(), table["label"].nunique()
    why_not = TOO_FEW if patients < FEWEST else ONE_CLASS if classes < 2 else ""
    row: dict[str, Any] = {
        "group": name,
        "units": len(table),
        "patients": patients,
        "abnormal": int(table["label"].sum()),
        "why_not": why_not,
    }
    for metric in METRICS:
        found: dict[str, float | None] = {"value": None, "low": None, "high": None}
        if not why_not:
            resampled = resampled_metric(
                predictions,
                record.threshold,
                metric=metric,
                unit=evaluation.unit,
                resamples=evaluation.resamples,
            )
            found = with_interval(metric, resampled, evaluation.confidence)
        row |= {metric: found["value"], f"{metric}_low": found["low"], f"{metric}_high": found["high"]}
    return row
