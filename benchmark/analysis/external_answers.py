"""The verdict at home, away, and the change from one to the other, for every external set of a grid."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from benchmark.analysis.external_sets import Away
from benchmark.analysis.paired_differences import QUESTIONS, Pair, pairs
from benchmark.analysis.planned import Planned
from benchmark.analysis.resampled_cells import EVERY_BACKBONE, ResampledCells
from benchmark.analysis.verdicts import difference_rows
from benchmark.datasets.names import EVERY_PART
from benchmark.grid.schema import Evaluation
from results.change import Sides, change_of
from results.comparison import Difference
from results.evaluation import plain
from results.families import adjusted
from results.frames import records
from results.verdict import WORDS, verdict

Row = dict[str, Any]
_ASKED = {question.name: question for question in QUESTIONS}
_KEY = ("comparison", "backbone", "recipe", "body_part", "train_size")


class _Family(NamedTuple):
    """Changes that are adjusted together: of hospitals or of rungs, of single backbones or of their means."""

    ladder: bool
    over_backbones: bool


@dataclass(frozen=True)
class _Change:
    """A comparison on a set: planned, and where it is there with its row and the change itself."""

    family: _Family
    planned: Planned
    row: Row | None = None
    change: Difference | None = None


def external_rows(
    sets: Iterable[Away], at_home: pd.DataFrame, planned: Sequence[Planned] | None = None
) -> pd.DataFrame:
    """One row per set and comparison of QUESTIONS, over seeds, with what training folds choose.

    Columns: external (the set), kind and strength (of a corruption; empty and 0 for a hospital), comparison,
    backbone, body_part, train_size, images, seeds (how many), patients_home and patients_away (of the rarer
    label), home and away (differences), each with `_low`, `_high` and `_verdict`, change (away minus home),
    low, high (unadjusted), p, margin, p_equal (that it is the margin or more), p_adjusted and
    p_equal_adjusted, family (the number of planned changes), interim, detectable, and verdict: that of the
    change, `fine-tune` where the other set is more for it than home.

    `at_home` are the rows of `verdicts.difference_rows`; away has the same rule, and the family of that set
    alone. Where findings of home are not judged on a set, home is judged over the others for it, as away.
    Changes are adjusted by Holm's method (1979) over all planned comparisons and sets; hospitals and rungs of
    the ladder of corruptions are two families, and so are single backbones and their means.
    """
    found: list[_Change] = []
    evaluation: Evaluation | None = None
    lower_is_better = False
    home = {tuple(row[name] for name in _KEY): row for row in records(at_home)}
    for away in sets:
        evaluation, lower_is_better = away.home.evaluation, away.home.lower_is_better
        found += _of_set(away, home, planned or ())
    if evaluation is None:
        return pd.DataFrame()
    for family in dict.fromkeys(one.family for one in found):
        _judge(evaluation, [one for one in found if one.family == family], lower_is_better)
    return pd.DataFrame([one.row for one in found if one.row is not None])


def _of_set(away: Away, home: dict[tuple[Any, ...], Row], planned: Sequence[Planned]) -> Iterator[_Change]:
    """The comparisons on a set that are there, then those that are planned and not there yet."""
    own, there = _asked(away.home), _asked(away.there)
    wanted = _on(away, planned)
    judged = {
        tuple(row[name] for name in _KEY): row
        for row in records(difference_rows(away.there, list(there.values()), wanted))
    }
    if away.narrowed:  # over fewer findings than the rows of home
        home = home | {
            tuple(row[name] for name in _KEY): row
            for row in records(difference_rows(away.home, list(own.values()), wanted))
        }
    plans = {one.key: one for one in wanted}
    for key, pair in there.items():
        change = change_of(
            Sides(own[key].first, own[key].second),
            Sides(pair.first, pair.second),
            away.home.limits,
            pair.difference.estimate.share,
        )
        one = plans.pop(_planned(key, change).key, _planned(key, change))
        yield _Change(_family(away, one), one, _row(away, pair, home[key], judged[key], change), change)
    for one in plans.values():
        yield _Change(_family(away, one), one)


def _asked(cells: ResampledCells) -> dict[tuple[Any, ...], Pair]:
    """The pairs of QUESTIONS with the recipes that training folds choose, by _KEY."""
    return {
        tuple(pair.axes[name] for name in _KEY): pair
        for pair in pairs(cells)
        if pair.comparison in QUESTIONS and not pair.match.recipe
    }


def _on(away: Away, planned: Sequence[Planned]) -> list[Planned]:
    """The planned comparisons of QUESTIONS that can be made on this set."""
    parts = {record.body_part for record in away.there.finished} | {EVERY_PART}
    return [one for one in planned if one.comparison in _ASKED and not one.recipe and one.body_part in parts]


def _planned(key: tuple[Any, ...], change: Difference) -> Planned:
    return Planned(**dict(zip(_KEY, key, strict=True)), seeds=change.seeds)


def _family(away: Away, one: Planned) -> _Family:
    return _Family(away.corruption is not None, one.backbone == EVERY_BACKBONE)


def _row(away: Away, pair: Pair, home: Row, there: Row, change: Difference) -> Row:
    evaluation, rung = away.home.evaluation, away.corruption
    low, high = change.interval(evaluation.confidence)
    row: Row = {
        "external": away.name,
        "kind": rung.kind if rung else "",
        "strength": rung.strength if rung else 0,
        **{name: pair.axes[name] for name in ("comparison", "backbone", "body_part", "train_size", "images")},
        "seeds": len(change.seeds),
        "patients_home": change.first.patients,
        "patients_away": change.second.patients,
    }
    for name, side in (("home", home), ("away", there)):
        row[name] = side["difference"]
        row |= {f"{name}_{value}": side[value] for value in ("low", "high", "verdict")}
    return row | {
        "change": plain(change.value),
        "low": plain(low),
        "high": plain(high),
        "p": plain(change.p()),
        "margin": evaluation.margin,
        "p_equal": plain(change.p_equal(evaluation.margin)),
    }


def _judge(evaluation: Evaluation, family: Sequence[_Change], lower_is_better: bool) -> None:
    """Add what the family gives to the rows of its changes that are there."""
    for test in ("p", "p_equal"):
        p_values = adjusted([one.row[test] if one.row else None for one in family], [None] * len(family))
        for one, p in zip(family, p_values, strict=True):
            if one.row:
                one.row[f"{test}_adjusted"] = p if one.row[test] is not None else None
    interim = any(one.change is None or not set(one.planned.seeds) <= set(one.change.seeds) for one in family)
    for one in family:
        if one.row is None or one.change is None:
            continue
        asked = _ASKED[one.row["comparison"]]
        said = verdict(
            one.row["change"],
            one.row["p_adjusted"],
            one.row["p_equal_adjusted"],
            seeds=one.row["seeds"],
            level=evaluation.level,
            higher_is_better=not lower_is_better,
            first=WORDS[asked.first],
            second=WORDS[asked.second],
        )
        detectable = plain(one.change.detectable(evaluation.level / len(family)))
        one.row.update({"family": len(family), "interim": interim, "detectable": detectable, "verdict": said})


def with_changes(rows: Sequence[Row], elsewhere: pd.DataFrame) -> list[Row]:
    """Rows of `head_to_head`; those with a verdict also have `external`: their `external_rows`, for JSON.

    They are as they were for a grid whose cells were tested on no set.
    """
    if not len(elsewhere):
        return list(rows)
    names = ("comparison", "backbone", "body_part", "train_size")
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in records(elsewhere.astype(object).where(elsewhere.notna(), None)):
        own = {name: value for name, value in row.items() if name not in names}
        found[tuple(row[name] for name in names)].append(own)
    return [
        row | {"external": found[tuple(row[name] for name in names)]}
        if row["verdict"] is not None and not row["recipe"]
        else row
        for row in rows
    ]


def external_by_kind(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of hospitals and of corruptions, by the names of their tables; only those that are there."""
    if not len(rows):
        return {}
    hospitals = rows["kind"] == ""
    found = {"external": rows[hospitals], "corruptions": rows[~hospitals]}
    return {name: table for name, table in found.items() if len(table)}
