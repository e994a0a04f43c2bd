"""Finished cells by setting and method, with their metric in every resampling."""

import numpy as np
import pytest

from benchmark.analysis.resampled_cells import CHOSEN, Method, read_resampled_cells
from benchmark.execution.executors import Share
from results.evaluation import resampled_metric


def test_the_majority_control_is_never_chosen(findings):
    for chosen in findings.evaluated.chosen.values():
        assert set(chosen) == {
            Method("feature_extraction", "resnet18", CHOSEN),
            Method("feature_extraction", "resnet34", CHOSEN),
            Method("fine_tuning", "resnet18", ""),
            Method("fine_tuning", "resnet34", ""),
            Method("hand_crafted", "", CHOSEN),
        }
        assert all(record.classifier != "majority" for side in chosen.values() for record in side.values())


def test_the_metric_is_resampled_as_a_single_cell_is(findings):
    evaluated = findings.evaluated
    record = evaluated.finished[5]
    value, drawn, patients = resampled_metric(
        evaluated.predictions(record), record.threshold, metric="auroc", unit="study", resamples=200
    )
    assert patients < record.counts.test_patients, "those of the rarer label"
    assert evaluated.resampled[record.cell].value == value == record.bounded("study", "auroc").value
    np.testing.assert_array_equal(evaluated.resampled[record.cell].drawn, drawn.astype(np.float32))


def test_sizes_ascend_within_a_body_part_and_full_comes_last(findings):
    evaluated = findings.evaluated
    found = [(setting.body_part, setting.train_size) for setting in evaluated.by_setting]
    assert found == [(part, size) for part in ("all", "elbow", "wrist") for size in (50, 400, "full")]
    assert {part: setting.train_size for part, setting in evaluated.largest.items()} == dict.fromkeys(
        ("all", "elbow", "wrist"), "full"
    )


def test_a_method_is_named_in_the_words_of_tables():
    assert Method("fine_tuning", "resnet18", "").name == "fine-tuned · resnet18"
    assert Method("hand_crafted", "", CHOSEN).name == "hand-crafted · chosen"


def test_what_is_kept_is_read_and_not_resampled_again(findings, monkeypatch):
    evaluated = findings.evaluated
    monkeypatch.setattr("benchmark.store.records.resample", lambda *_: pytest.fail("resampled again"))
    again = read_resampled_cells(evaluated.evaluation, evaluated.records, evaluated.finished, Share(1, 1))
    assert again.resampled.keys() == evaluated.resampled.keys()
    cell = evaluated.finished[0].cell
    np.testing.assert_array_equal(again.resampled[cell].drawn, evaluated.resampled[cell].drawn)
