"""The planner on a planted grid: power of each pair, and forecasts that are checked at larger sizes."""

import pytest

from benchmark.analysis.power import SMALL, forecast_rows, power_rows
from results.power import Design, parts_of, power_of_difference
from tests.benchmark.planted import answers_from, grid_of, planted


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    grid = grid_of(train_sizes=[50, 400, "full"], body_parts=["elbow"], hand_crafted=None)
    return answers_from(*planted(tmp_path_factory.mktemp("power"), grid))


def test_every_pair_has_its_power_for_the_margin(answers):
    table = power_rows(answers)
    assert len(table) == 3 * 3, "sizes; two networks and their mean"
    assert set(table["assumed"]) == set(table["margin"]) == {0.02}
    pair = answers.pairs[0]
    row = table.iloc[0]
    parts = parts_of(pair.difference.estimate)
    assert row["power"] == power_of_difference(parts, Design(2), 0.02, row["level"])
    assert row["level"] == pytest.approx(0.05 / 6), "two networks at three sizes"
    assert (row["studies"], row["seeds"]) == (150, 2)
    assert row["patients"] == pair.difference.estimate.patients


def test_a_larger_difference_is_easier_to_find(answers):
    small, large = (power_rows(answers, difference) for difference in (0.03, 0.2))
    assert (large["power"] > small["power"]).all()
    assert (large["seeds_needed"].fillna(1e9) <= small["seeds_needed"].fillna(1e9)).all()
    assert (large["equal_power"] == small["equal_power"]).all()


def test_sizes_beyond_the_largest_are_forecast(answers):
    table = forecast_rows(answers)
    largest = max(pair.setting.images for pair in answers.pairs)
    assert largest < SMALL, "so that there is no back-test"
    assert set(table["images"]) == {2 * largest, 10 * largest}
    assert table["measured"].isna().all()
    assert (table["low"] < table["forecast"]).all()
    assert (table["forecast"] < table["high"]).all()
    assert (table["forecast"] > 0).all(), "fine-tuning was planted ahead"


def test_a_back_test_compares_with_what_was_measured(answers, monkeypatch):
    monkeypatch.setattr("benchmark.analysis.power.SMALL", 400)
    table = forecast_rows(answers)
    known = table[table["measured"].notna()]
    assert set(known["from_sizes"]) == {"50, 400"}
    assert len(known) == 3
    measured = answers.differences.query("train_size == 'full' and comparison == 'fine-tuned − frozen'")
    assert known["measured"].tolist() == measured["difference"].tolist()
    assert known["agrees"].isin([True, False]).all()


def test_one_seed_has_no_power(tmp_path):
    grid = grid_of(train_sizes=[400], body_parts=["elbow"], seeds=[0], hand_crafted=None)
    answers = answers_from(*planted(tmp_path, grid))
    table = power_rows(answers)
    assert table[["power", "seeds_needed", "studies_needed", "equal_power"]].isna().all(axis=None)
    assert forecast_rows(answers).empty


def test_nothing_to_compare_has_no_rows(tmp_path):
    grid = grid_of(train_sizes=[400], body_parts=["elbow"], fine_tuning=None, seeds=[0])
    answers = answers_from(*planted(tmp_path, grid))
    assert power_rows(answers).empty
    assert forecast_rows(answers).empty
