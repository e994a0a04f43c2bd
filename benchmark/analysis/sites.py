"""The verdict over sites, each held out once by a grid of its own, and that of each site beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from benchmark.analysis.answers import Answers
from benchmark.analysis.paired_differences import QUESTIONS, Pair, judged_pairs
from results.comparison import numbers
from results.families import adjusted
from results.heterogeneity import Bounded, part_of
from results.pooled_sites import PooledSites, pooled_sites
from results.verdict import ONE_PAIR, WORDS, verdict

Row = dict[str, Any]
_AXES = ("body_part", "comparison", "backbone", "train_size")
_FOUND = ("mean", "low", "high", "new_low", "new_high", "tau", "p_sites", "p", "p_equal")


def site_rows(found: Mapping[str, Answers]) -> pd.DataFrame:
    """One row per body part, comparison, size and site: what that site's own grid says.

    Columns: body_part, comparison, backbone, train_size, site, seeds, first, second, difference, low, high
    (unadjusted) and verdict (of that grid, within its own family).
    """
    rows = []
    for site, answers in found.items():
        verdicts = {
            tuple(row[name] for name in _AXES): row["verdict"]
            for row in answers.differences.to_dict("records")
            if not row["recipe"]
        }
        for pair in judged_pairs(answers.pairs):
            axes, difference = _axes(pair), pair.difference
            values = numbers(difference, answers.cells.evaluation.confidence)
            del values["p"]
            known = verdicts.get(tuple(axes.values()), "")
            rows.append(axes | {"site": site, "seeds": len(difference.seeds), **values, "verdict": known})
    table = pd.DataFrame(rows)
    return table.sort_values([*_AXES[:3]], kind="stable", ignore_index=True) if len(table) else table


def pooled_rows(found: Mapping[str, Answers]) -> pd.DataFrame:
    """One row per body part, comparison and size over the sites: sites are a random effect.

    Columns: body_part, comparison, backbone, train_size, sites (how many), seeds (the fewest), mean, low and
    high, new_low and new_high (where another site is expected), tau (the standard deviation over sites),
    p_sites (that all have the same difference: Welch), p and p_equal with `_adjusted` (Holm, over all rows),
    verdict and reason (why there is none, or empty).
    """
    members: dict[tuple[Any, ...], list[tuple[Pair, Answers]]] = {}
    for answers in found.values():
        for pair in judged_pairs(answers.pairs):
            members.setdefault(tuple(_axes(pair).values()), []).append((pair, answers))
    rows = [_pooled(dict(zip(_AXES, key, strict=True)), own) for key, own in members.items()]
    for test in ("p", "p_equal"):
        p_values = adjusted([row[test] for row in rows], [None] * len(rows))
        for row, p in zip(rows, p_values, strict=True):
            row[f"{test}_adjusted"] = None if row[test] is None else p
    return pd.DataFrame([_judged(row) for row in rows])


def _axes(pair: Pair) -> Row:
    return {name: pair.axes[name] for name in _AXES}


def _pooled(axes: Row, own: Sequence[tuple[Pair, Answers]]) -> Row:
    evaluation = own[0][1].cells.evaluation
    seeds = min(len(pair.difference.seeds) for pair, _ in own)
    row = axes | {"sites": len(own), "seeds": seeds, **dict.fromkeys(_FOUND), "reason": ""}
    row |= {"level": evaluation.level, "higher_is_better": not own[0][1].cells.lower_is_better}
    parts = [part_of(pair.difference.estimate, evaluation.confidence) for pair, _ in own]
    known = [part for part in parts if part is not None]
    if len(known) < 2:
        return row | {"reason": f"sites with a standard error: {len(known)}; two are needed"}
    found = pooled_sites(known, evaluation.margin, evaluation.confidence)
    return row | {"sites": len(known), **_numbers(found)}


def _numbers(found: PooledSites) -> Row:
    together = found.together
    new = together.new_part or Bounded(*[float("nan")] * 3)
    return {
        "mean": together.mean.value,
        "low": together.mean.low,
        "high": together.mean.high,
        "new_low": new.low,
        "new_high": new.high,
        "tau": together.tau,
        "p_sites": together.p,
        "p": found.p,
        "p_equal": found.p_equal,
    }


def _judged(row: Row) -> Row:
    level, higher = row.pop("level"), row.pop("higher_is_better")
    if row["reason"]:
        return row | {"verdict": ""}
    if row["seeds"] < 2:
        return row | {"verdict": ONE_PAIR}
    asked = next(question for question in QUESTIONS if question.name == row["comparison"])
    said = verdict(
        row["mean"],
        row["p_adjusted"],
        row["p_equal_adjusted"],
        seeds=row["seeds"],
        level=level,
        higher_is_better=higher,
        first=WORDS[asked.first],
        second=WORDS[asked.second],
    )
    return row | {"verdict": said}
