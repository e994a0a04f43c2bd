"""Predictions of studies as a table, and as a CSV file that a spreadsheet can open."""

from collections.abc import Sequence

import pandas as pd

from benchmark.prediction.predictor import StudyPrediction
from results.text import for_csv


def predictions_frame(predictions: Sequence[StudyPrediction], threshold: float) -> pd.DataFrame:
    """A row per study, in the given order.

    Columns: study, images, probability, threshold, label, decision, warnings, error.
    """
    rows = [
        {
            "study": found.study,
            "images": len(found.images),
            "probability": found.probability,
            "threshold": threshold,
            "label": found.label,
            "decision": found.decision,
            "warnings": "; ".join(found.warnings),
            "error": found.error,
        }
        for found in predictions
    ]
    return pd.DataFrame(rows).astype({"label": "Int64"})


def csv_text(frame: pd.DataFrame) -> str:
    """The table as CSV; no cell is taken for a formula by a spreadsheet."""
    texts = ("study", "decision", "warnings", "error")
    safe = frame.assign(**{name: [for_csv(text) for text in frame[name]] for name in texts})
    return str(safe.to_csv(index=False))
