"""The paired differences over seeds, judged within the family of comparisons that the grid plans."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from benchmark.analysis.cost import cost_ratio
from benchmark.analysis.paired_differences import QUESTION, QUESTIONS, Comparison, Pair
from benchmark.analysis.planned import Planned
from benchmark.analysis.resampled_cells import EVERY_BACKBONE, ResampledCells
from benchmark.datasets.names import EVERY_PART
from benchmark.grid.schema import Evaluation
from results.comparison import Difference, numbers
from results.families import adjusted
from results.verdict import WORDS, verdict

Row = dict[str, Any]
_ASKED = {question.name: question for question in QUESTIONS}
_TESTS = ("p", "p_equal", "p_not_worse")  # each adjusted by itself


def difference_rows(
    evaluated: ResampledCells, found: Sequence[Pair], planned: Sequence[Planned] | None = None
) -> pd.DataFrame:
    """One row per pair, over its seeds: both means, their difference, its interval, tests and verdict.

    Columns: comparison, backbone, recipe, body_part, train_size, images, patients, seeds (how many), first,
    second, difference, low, high (unadjusted), training_sd (of one seed's difference, over training sets),
    test_sd (of the mean over these seeds, over test patients), error (the whole standard error), p, margin,
    p_equal (that the difference is the margin or more), worse_by (how much worse the first side, frozen or
    adapted, is at most: one-sided bound), cost_share (the seconds of the first side by those of the second,
    with all that was searched: `cost.cost_ratio`; None where unknown), p_not_worse (that it is worse by the
    margin or more), p_adjusted, p_equal_adjusted, p_not_worse_adjusted, family (the number of planned
    comparisons), interim (some of them, or of their seeds, are not finished), detectable (with 80 % power at
    the family's first step; NaN where nothing is), caution (why to doubt the interval, in words; empty where
    nothing is known) and verdict (`results.verdict`; empty where the comparison is none of QUESTIONS, and for
    a single recipe).

    QUESTIONS together are one family, over backbones, body parts and sizes; each other comparison is one.
    The means over backbones are families of their own, and so are single recipes, which have no verdict: the
    question is answered with the recipe that training folds chose. In a family `all` goes before the body
    parts of the same size (`results.families`). `planned` are the comparisons that the grid plans; those that
    are there join them, which no grid has planned where two were put together, or is unknown (None).
    """
    rows = [_row(evaluated, pair) for pair in found]
    known = {_planned(row).key: row for row in rows}
    plan = _with_unplanned(planned or (), rows)
    for family in _families(plan):
        _judge(evaluated.evaluation, family, known)
    for row in rows:
        row["verdict"] = _verdict(evaluated, row)
    return pd.DataFrame(rows)


def judged(rows: pd.DataFrame, comparison: Comparison = QUESTION) -> pd.DataFrame:
    """One comparison alone: its rows with a verdict, over all backbones that are there both ways.

    Those of the only backbone where there is one; none where no network is both frozen and fine-tuned.
    """
    if not len(rows):
        return rows
    return over_backbones(rows[(rows["comparison"] == comparison.name) & (rows["verdict"] != "")])


def over_backbones(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the mean over backbones where there are any, else all."""
    over = rows["backbone"] == EVERY_BACKBONE
    return rows[over] if over.any() else rows


def _row(evaluated: ResampledCells, pair: Pair) -> Row:
    evaluation, difference = evaluated.evaluation, pair.difference
    sign = -1 if evaluated.lower_is_better else 1
    low, high = difference.interval(1 - 2 * evaluation.level)  # each bound is one-sided
    return {
        **pair.axes,
        "seeds": len(difference.seeds),
        **numbers(difference, evaluation.confidence),
        "training_sd": difference.estimate.training_sd,
        "test_sd": difference.estimate.test_sd,
        "error": difference.estimate.error,
        "margin": evaluation.margin,
        "p_equal": difference.p_equal(evaluation.margin),
        "worse_by": max(high if sign > 0 else -low, 0.0),
        "cost_share": _cost_share(evaluated, pair),
        "p_not_worse": _not_worse(difference, evaluation.margin, sign),
        "caution": _caution(evaluated, pair),
        "names": difference.seeds,
        "found": difference,
    }


def _cost_share(evaluated: ResampledCells, pair: Pair) -> float | None:
    if pair.comparison not in QUESTIONS:
        return None
    backbones = {method.backbone for method in pair.match.first}
    cells = [
        record
        for record in evaluated.by_setting[pair.setting]
        if record.backbone in backbones and record.seed in pair.difference.seeds
    ]
    first, second = ([record for record in cells if record.strategy == name] for name in pair.comparison)
    return cost_ratio(first, second)


def _caution(evaluated: ResampledCells, pair: Pair) -> str:
    same = len(pair.difference.seeds) > 1 and evaluated.same_training_images(pair.setting)
    images = "all seeds have the same training images" if same else ""
    return "; ".join(filter(None, (images, pair.difference.warning)))


def _not_worse(difference: Difference, margin: float, sign: int) -> float:
    """The p-value of "the first side is worse by the margin or more"."""
    return difference.p_below(margin) if sign > 0 else difference.p_above(-margin)


def _planned(row: Row) -> Planned:
    axes = {name: row[name] for name in ("comparison", "backbone", "recipe", "body_part", "train_size")}
    return Planned(**axes, seeds=row["names"])


def _with_unplanned(planned: Sequence[Planned], rows: Sequence[Row]) -> list[Planned]:
    """The planned comparisons, and after them those that are there without having been planned."""
    keys = {one.key for one in planned}
    return [*planned, *(one for one in map(_planned, rows) if one.key not in keys)]


def _families(plan: Sequence[Planned]) -> list[list[Planned]]:
    families: dict[tuple[str, bool, bool], list[Planned]] = {}
    for one in plan:
        asked = QUESTION.name if one.comparison in _ASKED else one.comparison
        key = asked, one.backbone == EVERY_BACKBONE, bool(one.recipe)
        families.setdefault(key, []).append(one)
    return list(families.values())


def _judge(evaluation: Evaluation, family: Sequence[Planned], known: dict[Any, Row]) -> None:
    """Add what the family gives to the rows of its comparisons that are there."""
    places = {one.key: place for place, one in enumerate(family)}
    gates = [
        None if one.body_part == EVERY_PART else places.get(one._replace(body_part=EVERY_PART).key)
        for one in family
    ]
    there = [known.get(one.key) for one in family]
    interim = any(
        row is None or not set(one.seeds) <= set(row["names"]) for row, one in zip(there, family, strict=True)
    )
    for test in _TESTS:
        p_values = adjusted([row[test] if row else None for row in there], gates)
        for row, p in zip(there, p_values, strict=True):
            if row:
                row[f"{test}_adjusted"] = p if row[test] == row[test] else float("nan")
    for row in there:
        if row:
            level = evaluation.level / len(family)
            row |= {"family": len(family), "interim": interim, "detectable": row["found"].detectable(level)}


def _verdict(evaluated: ResampledCells, row: Row) -> str:
    del row["names"], row["found"]
    asked = _ASKED.get(row["comparison"])
    if asked is None or row["recipe"]:
        return ""
    return verdict(
        row["difference"],
        row["p_adjusted"],
        row["p_equal_adjusted"],
        seeds=row["seeds"],
        level=evaluated.evaluation.level,
        higher_is_better=not evaluated.lower_is_better,
        first=WORDS[asked.first],
        second=WORDS[asked.second],
    )
