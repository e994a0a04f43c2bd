"""Fine-tuning at N images equals frozen at k · N: the ratio per body part, backbone and size."""

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.paired_differences import QUESTION, Pair
from benchmark.analysis.resampled_cells import ResampledCells
from results.comparison import Difference
from results.label_efficiency import label_efficiency

Curve = dict[int, Difference]  # by training images


def efficiency_rows(evaluated: ResampledCells, found: list[Pair]) -> pd.DataFrame:
    """The label-efficiency ratio of fine-tuning against the same network frozen: `results.label_efficiency`.

    One row per body part, backbone, recipe and measured size: body_part, backbone, recipe, images, seeds (the
    fewest of the curve), value, low, high, each with its status, least and most. The intervals are over test
    patients and, from two seeds on, training subsets. A single size has no row.
    """
    rows: list[dict[str, Any]] = []
    for (part, backbone, recipe), curve in question_curves(found).items():
        if len(curve) > 1:
            axes = {"body_part": part, "backbone": backbone, "recipe": recipe}
            seeds = min(len(difference.seeds) for difference in curve.values())
            for row in _ratios(evaluated, curve):
                rows.append({**axes, "images": row.pop("size"), "seeds": seeds, **row})
    return pd.DataFrame(rows)


def question_curves(found: list[Pair]) -> dict[tuple[str, str, str], Curve]:
    """The defined differences fine-tuned minus frozen by ascending size, per body part, backbone, recipe."""
    curves: dict[tuple[str, str, str], Curve] = defaultdict(dict)
    for pair in found:
        if pair.comparison == QUESTION and np.isfinite(pair.difference.value):
            curve = curves[pair.setting.body_part, pair.match.backbone, pair.match.recipe]
            curve[pair.setting.images] = pair.difference
    return {axes: dict(sorted(curve.items())) for axes, curve in curves.items()}


def _ratios(evaluated: ResampledCells, curve: Curve) -> list[dict[str, Any]]:
    better = -1 if evaluated.lower_is_better else 1
    tuned, frozen = ([getattr(found, side) for found in curve.values()] for side in ("second", "first"))
    return label_efficiency(
        list(curve),
        [better * one.value for one in tuned],
        [better * one.value for one in frozen],
        better * np.stack([one.drawn for one in tuned]),
        better * np.stack([one.drawn for one in frozen]),
        evaluated.evaluation.confidence,
    )
