import io

import pandas as pd

from benchmark.prediction.predictor import ImagePrediction, StudyPrediction
from benchmark.prediction.table import csv_text, predictions_frame

FOUND = [
    StudyPrediction(
        "=cmd|' /C calc'!A0",
        0.7,
        1,
        "abnormal",
        (ImagePrediction("a.png", 0.6, 0.1, ("odd",)), ImagePrediction("b.png", 0.8, 0.2, ("odd", "dark"))),
    ),
    StudyPrediction("broken", error="cannot be read"),
]


def test_a_row_per_study_with_each_warning_once():
    frame = predictions_frame(FOUND, 0.5)
    assert frame["images"].tolist() == [2, 0]
    assert frame["warnings"].tolist() == ["odd; dark", ""]
    assert frame["label"].tolist() == [1, pd.NA]


def test_no_cell_of_the_csv_is_a_formula():
    text = csv_text(predictions_frame(FOUND, 0.5))
    read = pd.read_csv(io.StringIO(text))
    assert not read["study"].str.startswith("=").any()
    assert read["probability"].tolist()[0] == 0.7
    assert read["error"].tolist()[1] == "cannot be read"
