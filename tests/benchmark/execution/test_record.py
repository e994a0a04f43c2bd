"""The record of a cell, from its fit or from the error that stopped it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from benchmark.execution.record import context_of, failed, finished, header, now, predictions_digest
from benchmark.execution.subsets import Subsets
from benchmark.store.records import RESULT, Records
from benchmark.store.resamples import resamples_key
from classifiers.fitting import Fit
from extractors.errors import WeightsUnavailableError

PIXELS = SimpleNamespace(digest="d", meta={"unreadable": ["b.png", "a.png"]})


@pytest.fixture
def planned(whole):
    return next(p for p in whole[0].cells if p.cell.body_part == "elbow")


@pytest.fixture
def context(whole):
    return context_of(whole[0], PIXELS)


@pytest.fixture
def made(whole, planned, context):
    cell = planned.cell
    subset = Subsets(whole[0]).subset(cell.body_part, cell.train_size, cell.seed)
    probabilities = subset.test_images["label"].to_numpy() * 0.4 + 0.3
    fit = Fit(probabilities, {"C": 1.0}, 0.9, 0.5, {"select": 1.0, "fit": 1.0, "predict": 0.5}, 10)
    return subset, finished(planned, subset, context, fit, now(), cost={"device": "cpu"})


def test_a_finished_record_repeats_the_grid_and_counts_the_subset(made, planned, context):
    subset, result = made
    record = result.record
    assert record.axes == planned.cell.axes
    assert (record.grid, record.dataset, record.protocol, record.leaky) == (
        "planted",
        "mura",
        "official",
        False,
    )
    assert record.unreadable == ["a.png", "b.png"]
    assert record.counts.train_images == len(subset.train_rows)
    assert record.counts.pool_images == subset.pool_images
    assert "patient_share" not in record.to_json()
    assert record.counts.train_positive == subset.labels.sum()
    assert record.counts.test_images == len(result.predictions)
    assert record.fingerprint == planned.fingerprint
    assert record.bounded("study", "auroc").value == 1
    assert header(planned, context, record.started).axes == record.axes


def test_what_is_kept_belongs_to_the_predictions(made, context, tmp_path):
    _, result = made
    assert result.record.predictions_sha256 == predictions_digest(result.predictions)
    assert result.resampled[0] == resamples_key(result.record, context.evaluation)
    records = Records(tmp_path, "g")
    records.write(result)
    assert records.read(result.cell) == result.record
    assert predictions_digest(records.read_predictions(result.record)) == result.record.predictions_sha256


def test_a_leaky_control_says_that_it_leaks_whatever_the_grid_does(whole, planned, context):
    from dataclasses import replace

    control = replace(planned, cell=replace(planned.cell, control="leaky_split"))
    assert (header(control, context, now()).protocol, header(control, context, now()).leaky) == (
        "image",
        True,
    )


def test_cells_of_a_part_that_shares_patients_are_leaky(planned, context):
    from dataclasses import replace

    part = planned.cell.body_part
    assert header(planned, replace(context, leaky_parts=frozenset({part})), now()).leaky is True
    assert header(planned, replace(context, leaky_parts=frozenset({"other"})), now()).leaky is False


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("too few images\nmore"), "too few images"),
        (KeyError("size"), "KeyError: 'size'"),
        (RuntimeError(), "RuntimeError: RuntimeError"),
        (WeightsUnavailableError("resnet18", "no network"), "benchmark weights fetch resnet18"),
    ],
)
def test_a_failed_record_has_a_reason_in_one_line_and_a_traceback(planned, context, error, reason, tmp_path):
    record = failed(planned, context, error, now()).record
    assert record.status == "failed"
    assert reason in record.error
    assert "\n" not in record.error
    assert type(error).__name__ in record.traceback
    Records(tmp_path, "g").write(failed(planned, context, error, now()))
    assert [path.name for path in (tmp_path / "g" / record.cell).iterdir()] == [RESULT]


def test_a_drawn_share_of_patients_is_in_the_record(planned, context):
    drawn = replace(planned, cell=replace(planned.cell, train_size="full", patient_share=0.9))
    record = header(drawn, context, now())
    assert (record.train_size, record.patient_share) == ("full", 0.9)
    assert record.size_name == "full (90 % of patients)"
    assert header(planned, context, now()).size_name == planned.cell.train_size
