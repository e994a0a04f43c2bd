"""The verdict in each group of the test set, and whether groups differ in it: by columns of the manifest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmark.analysis.paired_differences import QUESTIONS, Pair, main_pairs
from benchmark.analysis.resampled_cells import Method, ResampledCells
from benchmark.analysis.subgroups import NOT_SAID, SEVERAL, fewest_of, group_of_images, groups_of
from benchmark.execution.plan import Plan
from benchmark.grid.subgroups import Subgroup
from benchmark.store.record import Finished
from results.by_group import differences_of, interaction, resampled_by_group
from results.comparison import compare, mean_of, numbers
from results.counts import counted
from results.families import adjusted
from results.predicted import Predicted
from results.uncertainty import FEW, Resampled
from results.verdict import ONE_PAIR, UNDECIDED, WORDS, is_significant, verdict

Row = dict[str, Any]
BySeed = dict[int, Resampled]
FEWEST_PER_CLASS = FEW  # patients: with fewer of either label a group has no verdict (docs/validity.md)
DIFFERS = "differs"  # of an interaction: the difference of both methods is not the same in all groups
_VERDICT = ("first", "second", "difference", "low", "high", "p", "p_equal", "detectable")
_TEST = ("difference", "low", "high", "p", "detectable")


class Group(NamedTuple):
    """A group of the test set of one body part: its numbers, and why it has no verdict; empty: it has one."""

    name: str
    units: int
    patients: int
    abnormal: int
    fewest: int  # patients of the rarer label, or of the rarest class or finding
    why_not: str


@dataclass(frozen=True)
class GroupVerdicts:
    """`groups`: a row per comparison, column and group; `interactions`: a row per comparison and column."""

    groups: pd.DataFrame
    interactions: pd.DataFrame


def group_verdicts(
    evaluated: ResampledCells, found: Sequence[Pair], plan: Plan, columns: Sequence[Subgroup]
) -> GroupVerdicts:
    """QUESTIONS in each group, at the largest training size of each body part; columns that make groups.

    Over all backbones where there are several. Both frames hold body_part, comparison, backbone, train_size
    and column. `groups` adds `Group` (its name as `group`), margin, seeds, first, second, difference, low and
    high (unadjusted), p, p_equal, p_adjusted, p_equal_adjusted, detectable and verdict. `interactions` adds
    groups (their names), group (whose difference stands out most), difference (its own minus that of the
    other groups), low, high, p (that all have the same), p_adjusted, detectable, answer (DIFFERS, UNDECIDED
    or ONE_PAIR) and why_not. Each test is adjusted by Holm's method over the tested rows of its frame, which
    the counts of patients decide, and no prediction. Raises ValueError for a column that makes no groups
    (`subgroups.groups_of`).
    """
    asked = main_pairs(evaluated, found)
    groups: list[Row] = []
    interactions: list[Row] = []
    for column in columns:
        by_image, names = groups_of(plan, column)
        known: dict[str, Mapping[str, Resampled]] = {}  # of each cell
        for pair in asked:
            axes = _axes(pair) | {"column": column.column}
            there = _groups(evaluated, pair, by_image, names)
            sides = _differences(evaluated, pair, by_image, there, known)
            groups += [axes | _group_row(evaluated, pair, group, sides.get(group.name)) for group in there]
            interactions.append(axes | _interaction_row(evaluated, pair, sides))
    return GroupVerdicts(_judged(evaluated, groups), _answered(evaluated, interactions))


def _axes(pair: Pair) -> Row:
    names = ("body_part", "comparison", "backbone", "train_size")
    return {name: pair.axes[name] for name in names}


def _groups(evaluated: ResampledCells, pair: Pair, by_image: pd.Series, names: Sequence[str]) -> list[Group]:
    """The groups of this pair's test set, in their order."""
    side = evaluated.chosen[pair.setting][pair.match.first[0]]
    predictions = evaluated.predicted(next(iter(side.values())))
    unit, by_study = evaluated.evaluation.unit, evaluated.evaluation.by_study
    of_image, whole = (
        group_of_images(predictions.table, by_image, by_study=by_study),
        predictions.per_unit(unit),
    )
    found = []
    for name in dict.fromkeys([*names, SEVERAL]):
        own = (of_image == name).to_numpy()
        if own.any():
            found.append(_group(name, predictions.only(own).per_unit(unit), whole))
    return found


def _group(name: str, table: Predicted, whole: Predicted) -> Group:
    fewest, rarest = fewest_of(table, whole)
    why_not = _why_no_verdict(name, fewest, rarest)
    return Group(name, len(table.table), table.patients, table.positive, fewest, why_not)


def _why_no_verdict(name: str, fewest: int, rarest: str) -> str:
    """Empty where there is a verdict; `rarest` is the rarest class, empty for two classes."""
    if name in (NOT_SAID, SEVERAL):
        return "no group of its own"
    if not fewest:
        return f"all or none '{rarest}'" if rarest else "one class"
    label = f"'{rarest}' (or without)" if rarest else "the rarer label"
    too_few = f"{counted(fewest, 'patient')} of {label}, fewer than {FEWEST_PER_CLASS}"
    return too_few if fewest < FEWEST_PER_CLASS else ""


def _differences(
    evaluated: ResampledCells,
    pair: Pair,
    by_image: pd.Series,
    groups: Sequence[Group],
    known: dict[str, Mapping[str, Resampled]],
) -> dict[str, tuple[BySeed, BySeed]]:
    """Both sides by seed in each group with a verdict."""
    wanted = {group.name for group in groups if not group.why_not}
    of_cell = partial(_of_cell, evaluated, by_image, wanted, known)
    sides = [_side(evaluated, pair, methods, of_cell) for methods in (pair.match.first, pair.match.second)]
    return {
        group.name: (
            {seed: values[group.name] for seed, values in sides[0].items()},
            {seed: values[group.name] for seed, values in sides[1].items()},
        )
        for group in groups
        if group.name in wanted
    }


def _side(
    evaluated: ResampledCells,
    pair: Pair,
    methods: Sequence[Method],
    of_cell: Callable[[Finished], Mapping[str, Resampled]],
) -> dict[int, dict[str, Resampled]]:
    """seed -> group -> value, the mean over backbones where the side has several."""
    cells = evaluated.chosen[pair.setting]
    found = {}
    for seed in pair.difference.seeds:
        values = [of_cell(cells[method][seed]) for method in methods]
        found[seed] = {name: mean_of([value[name] for value in values]) for name in values[0]}
    return found


def _of_cell(
    evaluated: ResampledCells,
    by_image: pd.Series,
    wanted: set[str],
    known: dict[str, Mapping[str, Resampled]],
    record: Finished,
) -> Mapping[str, Resampled]:
    """The primary metric of a cell in each wanted group; a cell is read once."""
    if record.cell not in known:
        evaluation, predictions = evaluated.evaluation, evaluated.predicted(record)
        of_image = group_of_images(predictions.table, by_image, by_study=evaluation.by_study)
        of_unit = of_image.groupby(predictions.table[evaluation.unit].to_numpy()).first()
        known[record.cell] = resampled_by_group(
            predictions,
            of_unit[of_unit.isin(wanted)],
            metric=evaluation.primary,
            unit=evaluation.unit,
            resamples=evaluation.resamples,
        )
    return known[record.cell]


def _share(evaluated: ResampledCells, pair: Pair) -> float:
    return evaluated.pool_share(evaluated.chosen[pair.setting][pair.match.first[0]])


def _group_row(
    evaluated: ResampledCells, pair: Pair, group: Group, sides: tuple[BySeed, BySeed] | None
) -> Row:
    evaluation = evaluated.evaluation
    row: Row = {"group": group.name, **group._asdict(), "margin": evaluation.margin}
    del row["name"]
    row |= {"seeds": len(pair.difference.seeds), **dict.fromkeys(_VERDICT)}
    if sides is None:
        return row
    found = compare(*sides, evaluated.limits, _share(evaluated, pair))
    return (
        row
        | numbers(found, evaluation.confidence)
        | {"p_equal": found.p_equal(evaluation.margin), "found": found}
    )


def _interaction_row(
    evaluated: ResampledCells, pair: Pair, sides: Mapping[str, tuple[BySeed, BySeed]]
) -> Row:
    row: Row = {"groups": tuple(sides), "group": "", "seeds": len(pair.difference.seeds)}
    row |= {**dict.fromkeys(_TEST), "why_not": ""}
    if len(sides) < 2:
        return row | {"why_not": f"groups with a verdict: {len(sides)}; two are needed"}
    first, second = ({name: side[place] for name, side in sides.items()} for place in (0, 1))
    found = interaction(differences_of(first, second), _share(evaluated, pair))
    contrast = found.contrasts[found.largest]
    values = numbers(contrast, evaluated.evaluation.confidence)
    return row | {
        "group": found.largest,
        **{name: values[name] for name in ("difference", "low", "high")},
        "p": found.p,
        "found": found,
    }


def _judged(evaluated: ResampledCells, rows: list[Row]) -> pd.DataFrame:
    """The rows with p-values adjusted over all of them, and their verdicts."""
    names = {question.name: question for question in QUESTIONS}
    level = evaluated.evaluation.level
    _adjust(rows, ("p", "p_equal"))
    family = _family(rows)
    for row in rows:
        found, asked = row.pop("found", None), names[row["comparison"]]
        row["detectable"] = None if found is None else found.detectable(level / family)
        row["verdict"] = (
            ""
            if found is None
            else verdict(
                row["difference"],
                row["p_adjusted"],
                row["p_equal_adjusted"],
                seeds=row["seeds"],
                level=level,
                higher_is_better=not evaluated.lower_is_better,
                first=WORDS[asked.first],
                second=WORDS[asked.second],
            )
        )
    return pd.DataFrame(rows)


def _answered(evaluated: ResampledCells, rows: list[Row]) -> pd.DataFrame:
    """The interactions with p-values adjusted over all of them, and what they say."""
    level = evaluated.evaluation.level
    _adjust(rows, ("p",))
    family, limits = _family(rows), evaluated.limits
    most = 2 * (limits[1] - limits[0]) if limits else np.inf
    for row in rows:
        found = row.pop("found", None)
        row |= {"detectable": None, "answer": ""}
        if found is not None:
            contrast = found.contrasts[found.largest]
            detectable = contrast.detectable(level / family / len(found.contrasts))
            row |= {"detectable": detectable if detectable <= most else None, "answer": _answer(row, level)}
    return pd.DataFrame(rows)


def _answer(row: Row, level: float) -> str:
    if row["seeds"] < 2:
        return ONE_PAIR
    return DIFFERS if is_significant(row["p_adjusted"], level) else UNDECIDED


def _adjust(rows: list[Row], tests: Sequence[str]) -> None:
    """Add Holm's adjusted p-values, over the rows that have a test; the others have none."""
    tested = [row for row in rows if "found" in row]
    for test in tests:
        for row in rows:
            row[f"{test}_adjusted"] = None
        p_values = adjusted([row[test] for row in tested], [None] * len(tested))
        for row, p in zip(tested, p_values, strict=True):
            row[f"{test}_adjusted"] = p if row[test] == row[test] else None


def _family(rows: Sequence[Row]) -> int:
    return max(1, sum("found" in row for row in rows))
