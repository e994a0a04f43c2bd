"""The run of a head-to-head in MLflow: one body part's table, figure, and differences by training size."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmark.analysis.paired_differences import QUESTION
from benchmark.tracking.mlflow_names import mlflow_name, mlflow_value
from extractors.digests import JsonValue, digest_of
from results.comparison import OVER_SEEDS
from results.frames import csv_text
from results.labels import look_of
from results.names import CHOSEN
from results.verdict import SIDES, sides_of

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run

    from benchmark.tracking.mlflow_experiment import Experiment, Figures

_OF_DIFFERENCE = ("difference", "low", "high", "training_sd", "test_sd")


def log_comparison(
    store: "Experiment",
    known: "dict[str, Run]",
    body_part: str,
    rows: Sequence[Mapping[str, Any]],
    figures: "Callable[[], Figures]",
) -> None:
    """Log a head-to-head of one body part, in the place of the run in `known`, which gets the new one.

    The rows are of one comparison (`head_to_head.by_question`). The differences (mean over seeds, the
    frozen classifier chosen on training folds) are metrics `difference/BACKBONE[/RECIPE]` with bounds and
    both parts of the variance (training_sd, test_sd) at step = train_images; the verdict is in the table.
    Unchanged rows stay. `known` has runs by their tag `comparison`.
    """
    from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME

    content: list[JsonValue] = [dict(row) for row in rows]
    sides = sides_of(rows[0])
    first, second = (look_of(strategy).label for strategy in sides)
    name = f"{first} against {second} · {body_part}"
    compared = body_part if sides == QUESTION else name
    digest, run = digest_of(content), known.get(mlflow_value(compared))
    if run is not None:
        if run.data.tags.get("rows") == digest and run.info.status == "FINISHED":
            return
        store.delete(run)
    run = store.begin({"kind": "comparison", "comparison": compared, MLFLOW_RUN_NAME: name})
    table = pd.DataFrame(list(rows)).assign(classifiers=[str(row["classifiers"]) for row in rows])
    store.client.log_table(run.info.run_id, table, "head_to_head.json")
    store.client.log_text(run.info.run_id, csv_text(table), "head_to_head.csv")
    store.log_artifacts(run, figures())
    run = store.end(run, {"body_part": body_part}, _metrics(rows), {"rows": digest})
    known[mlflow_value(compared)] = run


def _metrics(rows: Sequence[Mapping[str, Any]]) -> "list[Metric]":
    from mlflow.entities import Metric

    from benchmark.tracking.mlflow_experiment import milliseconds

    now = milliseconds(None)
    return [
        Metric(f"{key}/{_compared(row)}", row[key], now, row["train_images"])
        for row in rows
        if row["classifier"] == CHOSEN and row["seed"] == OVER_SEEDS
        for key in (*(SIDES[side] for side in sides_of(row)), *_OF_DIFFERENCE)
        if row[key] is not None
    ]


def _compared(row: Mapping[str, Any]) -> str:
    """The backbone of a comparison (and the recipe, if the grid has several), for the name of a metric."""
    return "/".join(mlflow_name(row[name]) for name in ("backbone", "recipe") if row[name])
