"""Counts of the training pool and the test set of a grid."""

import pandas as pd

from benchmark.datasets.names import EVERY_PART
from benchmark.execution.plan import Plan


def count_rows(plan: Plan) -> pd.DataFrame:
    """Images, studies and patients of the grid's body parts (`all` last).

    Columns: body_part, split (`train`: the pool that subsets are drawn from; `test`), label (0 normal, 1
    abnormal), images, studies, patients. A patient with both labels counts under each. No row of several
    classes, whose counts are in `classes.class_rows`.
    """
    rows: list[dict[str, object]] = []
    if not plan.manifest.task.is_binary:
        return pd.DataFrame(rows)
    for split, members in (("train", plan.pool), ("test", plan.test)):
        for part in sorted(plan.grid.body_parts, key=lambda part: part == EVERY_PART):
            images = plan.manifest.images.iloc[plan.rows_of(members, part)]
            for label in (0, 1):
                of_label = images[images["label"] == label]
                counts = {
                    "images": len(of_label),
                    "studies": of_label["study"].nunique(),
                    "patients": of_label["patient"].nunique(),
                }
                rows.append({"body_part": part, "split": split, "label": label, **counts})
    return pd.DataFrame(rows)
