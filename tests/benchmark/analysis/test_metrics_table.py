"""metrics.csv has a row for each cell, body part, unit and metric."""

import pandas as pd

from benchmark.analysis.metrics_table import COLUMNS, metrics_frame
from results.evaluation import evaluate
from tests.benchmark.recorded import finished


def test_metrics_file_has_a_row_for_each_cell_part_unit_and_metric(findings):
    record = next(r for r in findings.evaluated.finished if r.body_part == "all")
    frame = metrics_frame([record])
    assert tuple(frame.columns) == COLUMNS
    found = evaluate(findings.evaluated.predictions(record), threshold=record.threshold, resamples=200)
    assert len(frame) == 3 * 2 * len(found["metrics"]["study"])
    row = frame[
        (frame["body_part"] == "elbow") & (frame["unit"] == "image") & (frame["metric"] == "f1")
    ].iloc[0]
    assert row["value"] == found["body_part_metrics"]["elbow"]["image"]["f1"]["value"]
    assert row["evaluated_on"] == "valid"
    assert not frame.duplicated(["cell", "body_part", "unit", "metric"]).any()
    assert pd.api.types.is_float_dtype(frame["value"])


def test_a_control_is_never_taken_for_a_result():
    frame = metrics_frame([finished(), finished(cell="c2", control="shuffled_labels")])
    assert frame["strategy"].tolist() == ["feature_extraction", "control: shuffled_labels"]


def test_no_cell_is_an_empty_table_with_all_columns():
    assert tuple(metrics_frame([]).columns) == COLUMNS
