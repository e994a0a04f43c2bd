"""Wrong training labels: the score of each method by their share, and which method loses more."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from benchmark.analysis.answers import Answers
from benchmark.analysis.paired_differences import QUESTIONS, Pair, main_pairs, pairs
from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.datasets.label_noise import noise_share
from results.comparison import Difference, compare, difference_of, numbers
from results.families import adjusted
from results.frames import records
from results.uncertainty import Resampled
from results.verdict import ONE_PAIR, UNDECIDED, is_significant

Row = dict[str, Any]
_SIDES = ("first", "second")
_TEST = ("difference", "low", "high", "p", "p_adjusted", "detectable")


def without_noise(controls: ResampledCells) -> ResampledCells:
    """The cells of the other controls."""
    return replace(controls, finished=[r for r in controls.finished if not noise_share(r.control)])


def noise_rows(answers: Answers) -> pd.DataFrame:
    """One row per body part, comparison (`main_pairs`) and share of flipped patients, 0 among them.

    Columns: body_part, comparison, backbone, train_size, share, seeds (how many), first and second (both
    scores, with `_low` and `_high`), first_change and second_change (from the score without noise, over the
    same seeds), difference (of these changes, second minus first), low, high, p, p_adjusted (Holm, over all
    rows with a test), detectable and loses_more (the strategy, UNDECIDED, ONE_PAIR, or empty at 0). Without
    cells with noise there is no row. Each seed flips other patients, so that intervals are over these too.
    """
    own = main_pairs(answers.cells, answers.pairs)
    rows: list[Row] = []
    noisy = {share: _noisy(answers.controls, share) for share in _shares(answers.controls)}
    for pair in own:
        found = {share: sides[key] for share, sides in noisy.items() if (key := _key(pair)) in sides}
        if found:
            rows.append(_axes(pair) | _scores(answers.cells, pair, 0.0) | {"loses_more": ""})
            rows += [_row(answers.cells, pair, other, share) for share, other in found.items()]
    return pd.DataFrame(_judged(answers.cells, rows))


def noise_points(rows: pd.DataFrame) -> pd.DataFrame:
    """The scores of `noise_rows` as points: body_part, strategy, share, value, low, high.

    A strategy of several comparisons has the score of the first of them.
    """
    sides = {question.name: question for question in QUESTIONS}
    points = [
        {
            "body_part": row["body_part"],
            "strategy": strategy,
            "share": row["share"],
            "value": row[name],
            "low": row[f"{name}_low"],
            "high": row[f"{name}_high"],
        }
        for row in records(rows)
        for name, strategy in zip(_SIDES, sides[row["comparison"]], strict=True)
    ]
    return pd.DataFrame(points).drop_duplicates(["body_part", "strategy", "share"], ignore_index=True)


def _shares(controls: ResampledCells) -> list[float]:
    return sorted({noise_share(record.control) for record in controls.finished} - {0.0})


def _noisy(controls: ResampledCells, share: float) -> dict[tuple[Any, ...], Pair]:
    """The pairs among the cells with this share of noise, in which training folds choose as without it."""
    cells = [
        record.model_copy(update={"control": ""})  # of which nothing is ever chosen
        for record in controls.finished
        if noise_share(record.control) == share
    ]
    return {_key(pair): pair for pair in pairs(replace(controls, finished=cells))}


def _key(pair: Pair) -> tuple[Any, ...]:
    return pair.comparison, pair.match.backbone, pair.match.recipe, *pair.setting[:2]


def _axes(pair: Pair) -> Row:
    names = ("body_part", "comparison", "backbone", "train_size")
    return {name: pair.axes[name] for name in names}


def _scores(evaluated: ResampledCells, pair: Pair, share: float) -> Row:
    row: Row = {"share": share, "seeds": len(pair.difference.seeds)}
    for name, side in zip(_SIDES, (pair.difference.first, pair.difference.second), strict=True):
        found = evaluated.interval(side)
        row |= {name: found["value"], f"{name}_low": found["low"], f"{name}_high": found["high"]}
    return row | {f"{name}_change": None for name in _SIDES} | dict.fromkeys(_TEST)


def _row(evaluated: ResampledCells, clean: Pair, noisy: Pair, share: float) -> Row:
    row = _axes(clean) | _scores(evaluated, noisy, share)
    seeds = sorted(set(clean.difference.seeds) & set(noisy.difference.seeds))
    if not seeds:
        return row | {"loses_more": ""}
    changes = [
        {seed: difference_of(before[seed], after[seed]) for seed in seeds}
        for before, after in ((clean.first, noisy.first), (clean.second, noisy.second))
    ]
    apart = _apart(evaluated, clean, *changes)
    values = numbers(apart, evaluated.evaluation.confidence)
    return row | {
        "seeds": len(seeds),
        "first_change": values["first"],
        "second_change": values["second"],
        **{name: values[name] for name in ("difference", "low", "high", "p")},
        "found": apart,
        "sides": tuple(clean.comparison),
    }


def _apart(
    evaluated: ResampledCells, pair: Pair, first: Mapping[int, Resampled], second: Mapping[int, Resampled]
) -> Difference:
    side = evaluated.chosen[pair.setting][pair.match.first[0]]
    return compare(first, second, None, evaluated.pool_share(side))


def _judged(evaluated: ResampledCells, rows: list[Row]) -> list[Row]:
    """The rows with p-values adjusted over those that have one, and who loses more."""
    level, limits = evaluated.evaluation.level, evaluated.limits
    most = 2 * (limits[1] - limits[0]) if limits else float("inf")
    tested = [row for row in rows if "found" in row]
    p_values = adjusted([row["p"] for row in tested], [None] * len(tested))
    for row, p in zip(tested, p_values, strict=True):
        found, sides = row.pop("found"), row.pop("sides")
        detectable = found.detectable(level / len(tested))
        row["p_adjusted"] = None if row["p"] is None else p
        row["detectable"] = detectable if detectable <= most else None
        row["loses_more"] = _loses_more(evaluated, row, sides, level)
    return rows


def _loses_more(evaluated: ResampledCells, row: Row, sides: tuple[str, str], level: float) -> str:
    if row["seeds"] < 2:
        return ONE_PAIR
    if not is_significant(row["p_adjusted"], level):
        return UNDECIDED
    second_gains = (row["difference"] > 0) != evaluated.lower_is_better
    return sides[0] if second_gains else sides[1]
