"""The table of metrics.csv: every metric of every cell, for analyses outside of this project."""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from benchmark.store.record import Finished

COLUMNS = (
    "grid",
    "cell",
    "strategy",
    "backbone",
    "classifier",
    "body_part",
    "train_size",
    "seed",
    "evaluated_on",
    "unit",
    "metric",
    "value",
    "low",
    "high",
)


def metrics_frame(cells: Iterable[Finished]) -> pd.DataFrame:
    """One row per cell × body part × unit × metric, with the interval over test patients.

    `body_part` is the one whose test patients were measured: a cell of body part `all` has rows for each
    part of its test set too. The `strategy` of a control's cell is `control: ` and the control's name, so
    that none is taken for a result; whether its network was fine-tuned, the classifier tells.
    """
    return pd.DataFrame((row for record in cells for row in _rows(record)), columns=list(COLUMNS))


def _rows(record: Finished) -> Iterator[dict[str, Any]]:
    axes: dict[str, Any] = {name: getattr(record, name) for name in COLUMNS if hasattr(record, name)}
    axes["train_size"] = record.size_name
    if record.control:
        axes["strategy"] = f"control: {record.control}"
    for part, units in {record.body_part: record.metrics, **record.body_part_metrics}.items():
        for unit, metrics in units.items():
            for metric, bounded in metrics.items():
                numbers = {"value": bounded.value, "low": bounded.low, "high": bounded.high}
                yield {**axes, "body_part": part, "unit": unit, "metric": metric, **numbers}
