"""The cost table: what each method costs at the largest size, and what it scores."""

import pytest

from benchmark.analysis.cost import cost_frame, cost_rows
from tests.benchmark.recorded import finished


def test_a_row_names_the_method_and_repeats_the_record():
    frozen = finished(cost={"device": "cpu", "seconds_total": 4.5})
    tuned = finished(strategy="fine_tuning", classifier="end_to_end", seed=3)
    first, second = cost_rows([frozen, tuned], "study", "auroc")
    assert first["method"] == "resnet50 · rbf_svm"
    assert second["method"] == "resnet50", "the only recipe needs no name"
    assert (first["value"], first["low"], first["high"]) == (0.8, 0.7, 0.9)
    assert (first["seconds_total"], first["train_images"], second["seed"]) == (4.5, 100, 3)


def test_amounts_that_an_old_record_lacks_are_none():
    (row,) = cost_rows([finished(cost=None)], "study", "auroc")
    assert row["seconds_total"] is row["peak_memory_bytes"] is None


def test_the_table_has_every_method_once_at_the_largest_size(findings):
    table = cost_frame(findings.evaluated)
    assert set(table["train_size"]) == {"full"}
    assert len(table) == 3 * (2 * 2 + 2 + 1), "body parts; frozen with two classifiers, fine-tuned, edges"
    assert set(table["seeds"].map(len)) == {2}
    seconds = table.set_index("strategy")["seconds_total"]
    assert set(seconds["fine_tuning"]) == {99.5}
    assert set(seconds["feature_extraction"]) == {4.5}


def test_values_are_those_of_the_scores(findings):
    axes = ["strategy", "backbone", "classifier", "body_part"]
    scores = findings.scores[findings.scores["train_size"] == "full"].set_index(axes)
    for axis, row in cost_frame(findings.evaluated).set_index(axes).iterrows():
        assert row["value"] == pytest.approx(scores.loc[axis, "value"], nan_ok=True)
        assert row["low"] == pytest.approx(scores.loc[axis, "low"], nan_ok=True)
