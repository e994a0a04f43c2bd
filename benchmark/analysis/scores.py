"""Where every method stands at a body part and size: the best, and those not significantly worse."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from benchmark.analysis.resampled_cells import Method, ResampledCells, Setting, Side
from results.comparison import differences
from results.significance import holm
from results.tables.formatting import BEST, CLOSE

Row = dict[str, Any]
WORSE = ""


def score_rows(study: ResampledCells, methods: Mapping[Setting, Mapping[Method, Side]]) -> pd.DataFrame:
    """One row per method and setting, over its seeds.

    Columns: strategy, backbone, classifier, body_part, train_size, images, seeds (how many), value, low,
    high and standing: BEST, or CLOSE where the paired difference from the best is not significant (Holm
    over the methods of the setting), else WORSE. The best is the one that the test set shows to be: a
    description of this test set, not a choice that another would repeat.
    """
    rows = [row for setting, sides in methods.items() for row in _setting_rows(study, setting, sides)]
    return pd.DataFrame(rows)


def _setting_rows(study: ResampledCells, setting: Setting, sides: Mapping[Method, Side]) -> list[Row]:
    rows = []
    for method, side in sides.items():
        interval = study.interval(study.over_seeds(side))
        rows.append({**method._asdict(), **setting._asdict(), "seeds": len(side), **interval})
    known = [i for i, row in enumerate(rows) if row["value"] is not None]
    if not known:
        return [{**row, "standing": WORSE} for row in rows]
    sign = 1 if study.lower_is_better else -1
    best = min(known, key=lambda i: sign * rows[i]["value"])
    ordered = list(sides.values())
    adjusted = holm([_p(study, side, ordered[best]) for side in ordered])
    return [
        {
            **row,
            "standing": BEST
            if i == best
            else CLOSE
            if p is not None and p > study.evaluation.level
            else WORSE,
        }
        for i, (row, p) in enumerate(zip(rows, adjusted, strict=True))
    ]


def _p(study: ResampledCells, side: Side, best: Side) -> float | None:
    if side is best:
        return None
    rows = differences(study.by_seed(side), study.by_seed(best), study.evaluation.confidence)
    return rows[-1]["p"] if rows else None
