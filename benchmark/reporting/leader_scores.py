"""The predictions of one cell as figures take them, with its label."""

import pandas as pd

from benchmark.store.record import Finished
from classifiers.fine_tuning.recipes import END_TO_END
from results.evaluation import unit_table
from results.figures import Scores
from results.labels import look_of, plain_name


def scores_of(record: Finished, predictions: pd.DataFrame, unit: str, threshold: float | None) -> Scores:
    """Labels and probabilities per unit, of two classes, or of one of several against the others.

    `predictions` has one row per image, as `results.evaluation.unit_table` takes them.
    """
    table = unit_table(predictions, unit)
    classifier = "" if record.classifier == END_TO_END else f", {plain_name(record.classifier)}"
    return Scores(
        name=f"{look_of(record.strategy).label}: {record.backbone}{classifier}",
        strategy=record.strategy,
        labels=table["label"].tolist(),
        probabilities=table["probability"].tolist(),
        patients=table["patient"].tolist(),
        threshold=threshold,
    )
