"""Drift of calibration and threshold is that which was planted; the ladder has every strength."""

import pytest
from sklearn.metrics import brier_score_loss

from benchmark.analysis.external_drift import METRICS, drift_rows, ladder_points
from benchmark.store.record import Corrupted
from tests.benchmark.planted_elsewhere import (
    add_set,
    answers_of_planted,
    as_at_home,
    frozen_wins,
    planted_at_home,
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    plan, records = planted_at_home(tmp_path_factory.mktemp("p"), seeds=[0, 1])
    add_set(records, "too_high", as_at_home, shift=2.0)
    for strength in (1, 5):
        rung = Corrupted(kind="blur", strength=strength)
        add_set(records, f"blur-{strength}", as_at_home if strength == 1 else frozen_wins, rung=rung)
    return answers_of_planted(plan, records)


def test_too_high_probabilities_are_seen_in_the_intercept_and_at_the_threshold(answers):
    rows = drift_rows(answers.sets)
    assert set(rows["external"]) == {"too_high"}, "rungs have a figure of their own"
    assert rows["metric"].tolist() == [*METRICS] * 2
    for _, own in rows.groupby("strategy"):
        row = own.set_index("metric")
        assert row.loc["calibration_intercept", "change"] == pytest.approx(-2, abs=0.7)
        assert row.loc["calibration_intercept", "high"] < 0
        assert row.loc["sensitivity_at_chosen", "low"] > 0
        assert row.loc["specificity_at_chosen", "high"] < 0
        assert (own["change"] - (own["away"] - own["home"])).abs().max() < 1e-12


def test_a_value_is_that_of_the_predictions(answers):
    rows = drift_rows(answers.sets)
    away = answers.sets[0]
    record = next(one for one in away.home.finished if (one.strategy, one.seed) == ("fine_tuning", 0))
    table = away.predicted(record).per_unit("study").table
    (row,) = rows[(rows["strategy"] == "fine_tuning") & (rows["metric"] == "brier")].to_dict("records")
    assert row["away"] == pytest.approx(brier_score_loss(table["label"], table["probability"]), abs=1e-12)


def test_the_ladder_begins_with_the_test_set_itself(answers):
    points = ladder_points(answers.cells, answers.sets)
    assert set(points["kind"]) == {"blur"}
    for strategy, own in points.groupby("strategy"):
        assert own["strength"].tolist() == [0, 1, 5]
        value = own.set_index("strength")["value"]
        assert (value[5] < value[0] - 0.1) == (strategy == "fine_tuning")
    assert not len(ladder_points(answers.cells, answers.sets[:1]))
    assert not len(drift_rows([]))
