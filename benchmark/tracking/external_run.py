"""The run of a grid's external sets in MLflow: verdicts at home and away, and the change between them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmark.tracking.mlflow_names import mlflow_name
from extractors.digests import JsonValue, digest_of
from results.frames import csv_text

if TYPE_CHECKING:
    from benchmark.tracking.mlflow_experiment import Experiment

_KIND = "external"
_VALUES = ("home", "away", "change", "low", "high")


def log_external(store: "Experiment", rows: Sequence[dict[str, Any]]) -> None:
    """Log the rows of `analysis.external_answers.external_rows` as one run; unchanged rows stay.

    The table is an artifact; differences at home and away and their change with its bounds are metrics
    `SET/BODY PART/BACKBONE/change` and so on, at step = training images, of the first comparison.
    """
    from mlflow.entities import Metric
    from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME

    from benchmark.tracking.mlflow_experiment import milliseconds

    content: list[JsonValue] = [dict(row) for row in rows]
    digest = digest_of(content)
    known = [run for run in store.runs() if run.data.tags.get("kind") == _KIND]
    if any(run.data.tags.get("rows") == digest and run.info.status == "FINISHED" for run in known):
        return
    for run in known:
        store.delete(run)
    if not rows:
        return
    run, now = store.begin({"kind": _KIND, MLFLOW_RUN_NAME: "external sets"}), milliseconds(None)
    metrics = [
        Metric(f"{_place(row)}/{name}", row[name], now, row["images"])
        for row in rows
        if row["comparison"] == rows[0]["comparison"]
        for name in _VALUES
        if row[name] is not None
    ]
    store.client.log_text(run.info.run_id, csv_text(pd.DataFrame(list(rows))), "external.csv")
    store.end(run, {}, metrics, {"rows": digest}, finished=now)


def _place(row: dict[str, Any]) -> str:
    return "/".join(mlflow_name(str(row[name])) for name in ("external", "body_part", "backbone"))
