"""What each method costs, beside what it scores."""

import pandas as pd

from benchmark.analysis.resampled_cells import Study
from results.costs import cost_rows, over_seeds


def cost_frame(study: Study) -> pd.DataFrame:
    """Every method at the largest size of each body part, means over seeds: `results.costs.over_seeds`.

    `value`, `low` and `high` are those of the mean over seeds.
    """
    rows = []
    for setting in study.largest.values():
        costs = cost_rows(
            study.by_setting[setting], metric=study.evaluation.primary, unit=study.evaluation.unit
        )
        sides = study.methods[setting]
        by_name = {tuple(method): study.interval(study.over_seeds(side)) for method, side in sides.items()}
        for row in over_seeds(costs):
            rows.append(row | by_name[row["strategy"], row["backbone"], row["classifier"]])
    return pd.DataFrame(rows)
