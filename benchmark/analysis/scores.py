"""Scores of every method at a body part and size; marks the best and those not distinguished from it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from benchmark.analysis.resampled_cells import Method, ResampledCells, Setting, Side
from results.comparison import Limits, compare
from results.evaluation import plain
from results.families import adjusted
from results.tables.formatting import BEST, CLOSE
from results.uncertainty import Resampled
from results.verdict import is_significant

Row = dict[str, Any]
WORSE = ""


class Scored(NamedTuple):
    """A method at one setting: its mean over seeds (None: undefined), its cells and `pool_share`."""

    value: float | None
    by_seed: Mapping[int, Resampled]
    share: float


def score_rows(evaluated: ResampledCells, methods: Mapping[Setting, Mapping[Method, Side]]) -> pd.DataFrame:
    """One row per method and setting, over its seeds.

    Columns: strategy, backbone, classifier, body_part, train_size, images, seeds (how many), value, low,
    high and standing: BEST, or CLOSE where the paired difference from the best is not significant (Holm
    over the methods of the setting), which does not show that they are equal, else WORSE. The best is the
    one that the test set shows to be: a description of this test set, not a choice that another would repeat.
    """
    rows = [row for setting, sides in methods.items() for row in _setting_rows(evaluated, setting, sides)]
    return pd.DataFrame(rows)


def _setting_rows(evaluated: ResampledCells, setting: Setting, sides: Mapping[Method, Side]) -> list[Row]:
    rows = []
    for method, side in sides.items():
        interval = evaluated.interval(evaluated.over_seeds(side))
        rows.append({**method._asdict(), **setting._asdict(), "seeds": len(side), **interval})
    scored = [
        Scored(row["value"], evaluated.by_seed(side), evaluated.pool_share(side))
        for row, side in zip(rows, sides.values(), strict=True)
    ]
    level, lower = evaluated.evaluation.level, evaluated.lower_is_better
    found = standings(scored, evaluated.limits, level, lower_is_better=lower)
    return [{**row, "standing": standing} for row, standing in zip(rows, found, strict=True)]


def standings(
    scored: Sequence[Scored], limits: Limits, level: float, *, lower_is_better: bool = False
) -> list[str]:
    """BEST, CLOSE or WORSE for each method of one setting and test set: see `score_rows`."""
    known = [i for i, one in enumerate(scored) if one.value is not None]
    if not known:
        return [WORSE] * len(scored)
    sign = 1 if lower_is_better else -1
    best = min(known, key=lambda i: sign * (scored[i].value or 0.0))
    p_values = [None if i == best else _p(one, scored[best], limits) for i, one in enumerate(scored)]
    known = [i for i, p in enumerate(p_values) if p is not None]
    judged = dict(zip(known, adjusted([p_values[i] for i in known], [None] * len(known)), strict=True))
    found = {i: WORSE if is_significant(p, level) else CLOSE for i, p in judged.items()} | {best: BEST}
    return [found.get(i, WORSE) for i in range(len(scored))]


def _p(one: Scored, best: Scored, limits: Limits) -> float | None:
    """The p-value of no difference from the best; None where it is unknown."""
    if not one.by_seed.keys() & best.by_seed.keys():
        return None
    return plain(compare(one.by_seed, best.by_seed, limits, one.share).p())
