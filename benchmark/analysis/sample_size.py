"""The effect of more labelled images: crossover sizes, and laws of learning curves."""

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.paired_differences import QUESTION, Pair
from benchmark.analysis.resampled_cells import Method, ResampledCells
from results.comparison import Difference
from results.crossover import crossover, zones, zones_text
from results.curve_fits import LAWS, Law, fit_curve
from results.estimates import Estimate

Row = dict[str, Any]
Curve = dict[int, Estimate]  # by training images
ONE_SEED = "one trained pair at some size, no claim about methods"
_FURTHER = (2, 10)  # times the largest size: where the laws are asked beyond the data


def crossover_rows(evaluated: ResampledCells, found: list[Pair]) -> pd.DataFrame:
    """The size from which fine-tuning is ahead, per body part and backbone: see `results.crossover`.

    Columns: body_part, backbone, recipe, value, low, high, each with its status, shares, sign_changes, sizes
    (the measured ones, as text), smallest and largest (images), zones (`results.crossover.Zone`s; none where
    a size has one seed, which shows nothing of other training subsets) and zones_text. A single size has
    none.
    """
    curves: dict[tuple[str, str, str], dict[int, Difference]] = defaultdict(dict)
    for pair in found:
        if pair.comparison == QUESTION and np.isfinite(pair.difference.value):
            curve = curves[pair.setting.body_part, pair.match.backbone, pair.match.recipe]
            curve[pair.setting.images] = pair.difference
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


def _crossover(evaluated: ResampledCells, curve: dict[int, Difference]) -> Row:
    sign, confidence = -1 if evaluated.lower_is_better else 1, evaluated.evaluation.confidence
    sizes = list(curve)
    values = [sign * found.value for found in curve.values()]
    drawn = sign * np.stack([found.estimate.drawn for found in curve.values()])
    ends = {"sizes": ", ".join(f"{size:,}" for size in sizes), "smallest": sizes[0], "largest": sizes[-1]}
    intervals = [found.interval(confidence) for found in curve.values()]
    if sign < 0:
        intervals = [(-high, -low) for low, high in intervals]
    of_methods = all(len(found.seeds) > 1 for found in curve.values())
    there = zones(sizes, values, drawn, intervals, confidence) if of_methods else []
    told = {"zones": there, "zones_text": zones_text(there) if of_methods else ONE_SEED}
    return crossover(sizes, values, drawn, confidence) | ends | told


def fit_rows(evaluated: ResampledCells) -> pd.DataFrame:
    """Each method's learning curve by each law: see `results.curve_fits`.

    One row per body part, method, law and predicted size: body_part, strategy, backbone, classifier, law,
    size, measured (the mean over seeds there), value, low, high, extrapolated, asymptote, scale, shape (the
    law's third parameter), residual, checked, at_bounds and reason (why there is no fit). Empty where less is
    better.
    """
    if evaluated.lower_is_better:
        return pd.DataFrame()
    curves: dict[tuple[str, Method], Curve] = defaultdict(dict)
    for setting, chosen in evaluated.chosen.items():
        for method, side in chosen.items():
            curves[setting.body_part, method][setting.images] = evaluated.over_seeds(side)
    return pd.DataFrame(
        [
            {"body_part": part, **method._asdict(), "law": law.name, **row}
            for (part, method), curve in curves.items()
            for law in LAWS
            for row in _fit(evaluated, law, dict(sorted(curve.items())))
        ]
    )


def _fit(evaluated: ResampledCells, law: Law, curve: Curve) -> list[Row]:
    sizes = list(curve)
    at = [*sizes, *(sizes[-1] * times for times in _FURTHER)]
    values, errors = [found.value for found in curve.values()], [found.error for found in curve.values()]
    drawn = np.stack([found.drawn for found in curve.values()])
    fit = fit_curve(law, sizes, values, errors, at, drawn, confidence=evaluated.evaluation.confidence)
    parameters = fit["parameters"] or dict.fromkeys(law.parameters)
    told = dict(zip(("asymptote", "scale", "shape"), parameters.values(), strict=True))
    told |= {name: fit[name] for name in ("residual", "checked", "reason")}
    told |= {"at_bounds": ", ".join(fit["at_bounds"])}
    return [
        {**row, "measured": curve[row["size"]].value if row["size"] in curve else None, **told}
        for row in fit["predictions"]
    ]
