"""Scores of every method at a body part and size; marks the best and those not distinguished from it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from benchmark.analysis.resampled_cells import Method, ResampledCells, Setting, Side
from results.comparison import compare
from results.evaluation import plain
from results.families import adjusted
from results.tables.formatting import BEST, CLOSE
from results.verdict import is_significant

Row = dict[str, Any]
WORSE = ""


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
    known = [i for i, row in enumerate(rows) if row["value"] is not None]
    if not known:
        return [{**row, "standing": WORSE} for row in rows]
    sign = 1 if evaluated.lower_is_better else -1
    best = min(known, key=lambda i: sign * rows[i]["value"])
    ordered = list(sides.values())
    p_values = [None if i == best else _p(evaluated, side, ordered[best]) for i, side in enumerate(ordered)]
    known = [i for i, p in enumerate(p_values) if p is not None]
    judged = dict(zip(known, adjusted([p_values[i] for i in known], [None] * len(known)), strict=True))
    level = evaluated.evaluation.level
    standings = {i: WORSE if is_significant(p, level) else CLOSE for i, p in judged.items()} | {best: BEST}
    return [{**row, "standing": standings.get(i, WORSE)} for i, row in enumerate(rows)]


def _p(evaluated: ResampledCells, side: Side, best: Side) -> float | None:
    """The p-value of no difference from the best; None where it is unknown."""
    if not side.keys() & best.keys():
        return None
    sides = evaluated.by_seed(side), evaluated.by_seed(best)
    return plain(compare(*sides, evaluated.limits, evaluated.pool_share(side)).p())
