"""The rows of a grid's localisation: intervals by patient, gains over the middle, and nothing without boxes."""

import logging
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmark.analysis.answers import answers_of
from benchmark.analysis.resampled_cells import Method, Setting
from benchmark.datasets.manifest import Manifest
from benchmark.prediction import localisation_rows as under_test
from benchmark.prediction.localisation import COLUMNS
from benchmark.prediction.localisation_rows import localisation_rows
from benchmark.store.record import Finished
from tests.benchmark.planted import ALONE
from tests.benchmark.prediction.test_predictor import record_of


@pytest.fixture(scope="module")
def evaluated(kept_run):
    plan, records = kept_run
    finished = [record for record in records.all() if isinstance(record, Finished)]
    return answers_of(plan.grid.evaluation, records, finished, ALONE).cells


@pytest.fixture(scope="module")
def rows(kept_run, evaluated) -> pd.DataFrame:
    return localisation_rows(kept_run[0], evaluated, "cpu")


def test_a_row_per_measure_of_what_folds_chose_of_each_strategy(rows):
    assert rows.groupby("strategy")["measure"].apply(sorted).to_dict() == {
        name: ["energy", "overlap", "pointing"]
        for name in ("feature_extraction", "fine_tuning", "hand_crafted")
    }
    inside = rows[["value", "low", "high", "centre", "chance"]]
    assert inside.min().min() >= 0
    assert inside.max().max() <= 1
    assert (rows["low"] <= rows["value"]).all()
    assert (rows["value"] <= rows["high"]).all()
    assert rows["gain"].to_numpy() == pytest.approx((rows["value"] - rows["centre"]).to_numpy())


def test_a_tuned_network_is_compared_with_the_same_one_frozen(rows):
    by = rows.set_index(["strategy", "measure"])
    for measure in ("pointing", "energy", "overlap"):
        tuned, frozen = by.loc[("fine_tuning", measure)], by.loc[("feature_extraction", measure)]
        assert tuned["ahead"] == pytest.approx(tuned["value"] - frozen["value"])
        assert tuned["ahead_low"] <= tuned["ahead"] <= tuned["ahead_high"]
        assert pd.isna(frozen["ahead"])


def test_without_boxes_or_models_there_is_no_row(kept_run, evaluated, tmp_path):
    plan, _ = kept_run
    elsewhere = replace(plan, manifest=Manifest(tmp_path, plan.manifest.images, ""))
    assert not len(localisation_rows(elsewhere, evaluated, "cpu"))


def test_a_model_that_cannot_be_used_is_left_out_with_a_warning(kept_run, evaluated, monkeypatch, caplog):
    real, bad = under_test.measured, record_of(kept_run, "fine_tuning", "end_to_end").cell

    def measured(records, record, *rest):
        if record.cell == bad:
            raise under_test.UserError("its weights are gone")
        return real(records, record, *rest)

    monkeypatch.setattr(under_test, "measured", measured)
    with caplog.at_level(logging.WARNING):
        found = localisation_rows(kept_run[0], evaluated, "cpu")
    assert "its weights are gone" in caplog.text
    assert set(found["strategy"]) == {"feature_extraction", "hand_crafted"}


def test_images_of_one_patient_are_drawn_together(evaluated):
    """Twenty equal images of each of four patients say no more than one image of each."""
    once = pd.DataFrame({"patient": list("abcd"), **{name: [0.0, 1.0, 1.0, 0.0] for name in COLUMNS}})
    often = pd.concat([once] * 20)
    setting, method = Setting("all", 60, 60, 30), Method("hand_crafted", "", "chosen")
    side = {0: evaluated.finished[0]}
    single, many = (
        next(under_test._rows(evaluated, setting, {method: {0: frame}}, {method: side}))
        for frame in (once, often)
    )
    assert (single["low"], single["high"]) == pytest.approx((many["low"], many["high"]))
    assert single["high"] - single["low"] > 0.5
    assert np.isclose(single["value"], 0.5)
