"""The most confident true and false positives and negatives of a strategy, with the pixels that it read."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.analysis.shown_cell import cache_of, shown_cell
from benchmark.execution.cached import cached_pixels
from benchmark.execution.plan import Plan
from results.evaluation import unit_table
from results.figures import Example, PredictionGallery
from results.figures.prediction_gallery import VIEWS, studies_per_outcome
from results.frames import records
from results.outcomes import most_confident, outcomes


def prediction_gallery(evaluated: ResampledCells, plan: Plan, strategy: str) -> PredictionGallery:
    """Examples of what training folds choose of a strategy: main body part, largest size, first seed.

    Up to three views per study, as the grid decodes them. Raises ValueError where no cell is finished, or the
    pixels are not in the cache any more.
    """
    record, unit = shown_cell(evaluated, strategy), evaluated.evaluation.unit
    pixels = cached_pixels(plan, record, cache_of(evaluated))
    predictions = evaluated.predictions(record)
    table = unit_table(predictions, unit)
    views = predictions.groupby(unit, sort=False)
    most = studies_per_outcome(min(VIEWS, int(views.size().max())))
    chosen = records(most_confident(table, record.threshold, most))
    rows = dict(zip(pixels.ids, range(len(pixels.ids)), strict=True))
    named = outcomes(table["label"].to_numpy(), table["probability"].to_numpy(), record.threshold)
    return PredictionGallery(
        [_example(row, unit, views.get_group(row[unit]), pixels.data, rows) for row in chosen],
        threshold=record.threshold,
        counts=Counter(named.tolist()),
        unit=unit,
        strategy=strategy,
        method=f"{record.backbone} · {record.classifier}",
    )


def _example(
    row: Mapping[str, Any],
    unit: str,
    views: pd.DataFrame,
    pixels: NDArray[np.uint8],
    rows: Mapping[str, int],
) -> Example:
    shown = views.head(VIEWS)
    return Example(
        outcome=row["outcome"],
        rank=int(row["rank"]),
        name=row[unit],
        body_part=row["body_part"],
        label=int(row["label"]),
        probability=float(row["probability"]),
        views=len(views),
        images=list(shown["image"]),
        probabilities=[float(value) for value in shown["probability"]],
        pictures=[np.array(pixels[rows[image]]) for image in shown["image"]],
    )
