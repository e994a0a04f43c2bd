"""Cost table: one row per method at the largest training size, with its score."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.store.record import Cost, Finished
from classifiers.fine_tuning.recipes import END_TO_END
from results.costs import AXES, COLUMNS, over_seeds


def cost_frame(evaluated: ResampledCells) -> pd.DataFrame:
    """Every method at the largest size of each body part, means over seeds: `results.costs.over_seeds`.

    `value`, `low` and `high` are those of the mean over seeds.
    """
    rows = []
    for setting in evaluated.largest.values():
        costs = cost_rows(
            evaluated.by_setting[setting], evaluated.evaluation.unit, evaluated.evaluation.primary
        )
        sides = evaluated.methods[setting]
        by_name = {
            tuple(method): evaluated.interval(evaluated.over_seeds(side)) for method, side in sides.items()
        }
        for row in over_seeds(costs):
            rows.append(row | by_name[row["strategy"], row["backbone"], row["classifier"]])
    return pd.DataFrame(rows)


def cost_rows(cells: Iterable[Finished], unit: str, metric: str) -> list[dict[str, Any]]:
    """A row per cell: axes, `method`, train_images, seed, the metric's value, low and high, and COLUMNS.

    Amounts that an old record does not hold are None. `method` is backbone and classifier; of a network that
    is fine-tuned by the grid's only recipe, the backbone alone.
    """
    return [
        {
            **{axis: getattr(record, axis) for axis in AXES},
            "train_size": record.size_name,
            "method": record.backbone
            if record.classifier == END_TO_END
            else f"{record.backbone} · {record.classifier}",
            "train_images": record.counts.train_images,
            "seed": record.seed,
            **record.bounded(unit, metric).model_dump(),
            **{column: getattr(record.cost or Cost(), column) for column in COLUMNS},
        }
        for record in cells
    ]
