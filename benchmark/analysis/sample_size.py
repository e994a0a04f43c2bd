"""The effect of more labelled images: crossover sizes and power laws of learning curves."""

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.paired_differences import QUESTION, Pair
from benchmark.analysis.resampled_cells import Method, ResampledCells
from results.crossover import crossover
from results.curve_fits import fit_curve
from results.estimates import Estimate

Row = dict[str, Any]
Curve = dict[int, Estimate]  # by training images
_FURTHER = (2, 10)  # times the largest size: where the law is asked beyond the data


def crossover_rows(evaluated: ResampledCells, found: list[Pair]) -> pd.DataFrame:
    """The size from which fine-tuning is ahead, per body part and backbone: see `results.crossover`.

    Columns: body_part, backbone, recipe, value, low, high, each with its status, shares, sign_changes, sizes
    (the measured ones, as text), smallest and largest (images). A single size has none.
    """
    curves: dict[tuple[str, str, str], Curve] = defaultdict(dict)
    for pair in found:
        found_here = pair.difference.estimate
        if pair.comparison == QUESTION and np.isfinite(found_here.value):
            curve = curves[pair.setting.body_part, pair.match.backbone, pair.match.recipe]
            curve[pair.setting.images] = found_here
    return pd.DataFrame(
        [
            {
                "body_part": part,
                "backbone": backbone,
                "recipe": recipe,
                **_crossover(evaluated, dict(sorted(curve.items()))),
            }
            for (part, backbone, recipe), curve in curves.items()
            if len(curve) > 1
        ]
    )


def _crossover(evaluated: ResampledCells, curve: Curve) -> Row:
    better = -1 if evaluated.lower_is_better else 1
    sizes = list(curve)
    values = [better * found.value for found in curve.values()]
    drawn = better * np.stack([found.drawn for found in curve.values()])
    ends = {"sizes": ", ".join(f"{size:,}" for size in sizes), "smallest": sizes[0], "largest": sizes[-1]}
    return crossover(sizes, values, drawn, evaluated.evaluation.confidence) | ends


def fit_rows(evaluated: ResampledCells) -> pd.DataFrame:
    """Each method's learning curve as asymptote − scale · size ^ −exponent: see `results.curve_fits`.

    One row per body part, method and predicted size: body_part, strategy, backbone, classifier, size,
    measured (the mean over seeds there), value, low, high, extrapolated, asymptote, scale, exponent,
    residual, checked, at_bounds and reason (why there is no fit). Empty where less is better.
    """
    if evaluated.lower_is_better:
        return pd.DataFrame()
    curves: dict[tuple[str, Method], Curve] = defaultdict(dict)
    for setting, chosen in evaluated.chosen.items():
        for method, side in chosen.items():
            curves[setting.body_part, method][setting.images] = evaluated.over_seeds(side)
    return pd.DataFrame(
        [
            {"body_part": part, **method._asdict(), **row}
            for (part, method), curve in curves.items()
            for row in _fit(evaluated, dict(sorted(curve.items())))
        ]
    )


def _fit(evaluated: ResampledCells, curve: Curve) -> list[Row]:
    sizes = list(curve)
    at = [*sizes, *(sizes[-1] * times for times in _FURTHER)]
    values = [found.value for found in curve.values()]
    drawn = np.stack([found.drawn for found in curve.values()])
    fit = fit_curve(sizes, values, at, drawn, confidence=evaluated.evaluation.confidence)
    law = fit["parameters"] or dict.fromkeys(("asymptote", "scale", "exponent"))
    told = {"residual": fit["residual"], "checked": fit["checked"], "reason": fit["reason"]}
    told |= {"at_bounds": ", ".join(fit["at_bounds"])}
    return [
        {**row, "measured": curve[row["size"]].value if row["size"] in curve else None, **law, **told}
        for row in fit["predictions"]
    ]
