"""What more images bring is what was planted, or a reason why nothing can be said."""

from dataclasses import replace

import pytest

from benchmark.analysis.findings import find
from benchmark.analysis.paired_differences import pairs
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.analysis.sample_size import ONE_SEED, crossover_rows
from results.crossover import CROSSED, FROZEN_BETTER, TUNED_BETTER, UNDECIDED, zones_text
from tests.benchmark.planted import answers_from, grid_of, planted
from tests.planted_study import CROSSING


def test_the_planted_crossover_is_found(findings):
    table = findings.crossovers
    assert len(table) == 3 * 3
    row = table[(table["backbone"] == EVERY_BACKBONE) & (table["body_part"] == "all")].iloc[0]
    assert row["status"] == "crossed"
    assert row["low"] < row["value"] < row["high"]
    assert CROSSING / 2 < row["value"] < CROSSING * 2


def test_zones_fill_the_measured_sizes_and_lie_around_the_crossover(findings):
    crossed = findings.crossovers[findings.crossovers["status"] == CROSSED]
    assert len(crossed)
    for row in crossed.to_dict("records"):
        zones = row["zones"]
        assert (zones[0].low, zones[-1].high) == pytest.approx((row["smallest"], row["largest"]))
        assert all(zone.high < row["value"] for zone in zones if zone.zone == FROZEN_BETTER)
        assert all(zone.low > row["value"] for zone in zones if zone.zone == TUNED_BETTER)
        assert row["zones_text"] == zones_text(zones)


def test_fits_mark_what_lies_beyond_the_data(findings):
    table = findings.fits
    assert (table["extrapolated"].eq(True) == (table["measured"].isna() & table["reason"].isna())).all()
    assert table["extrapolated"].eq(True).any()
    assert set(table["law"]) == {"power law", "exponential"}


def test_one_seed_has_no_zones(findings):
    found = list(pairs(findings.evaluated))
    single = [replace(pair, difference=replace(pair.difference, seeds=(0,))) for pair in found]
    table = crossover_rows(findings.evaluated, single)
    assert (table["zones"].map(len) == 0).all()
    assert set(table["zones_text"]) == {ONE_SEED}


def test_where_less_is_better_the_sides_change_places(findings):
    """Of an error, the fine-tuned network that has less of it is the better one."""
    evaluation = findings.evaluated.evaluation.model_copy(update={"primary": "brier"})
    turned = replace(findings.evaluated, evaluation=evaluation)
    table = crossover_rows(turned, list(pairs(findings.evaluated)))
    turn = {FROZEN_BETTER: TUNED_BETTER, UNDECIDED: UNDECIDED, TUNED_BETTER: FROZEN_BETTER}
    for before, after in zip(findings.crossovers["zones"], table["zones"], strict=True):
        assert [turn[zone.zone] for zone in before] == [zone.zone for zone in after]


def test_a_grid_whose_curves_all_fall_has_no_law_and_says_why(tmp_path):
    grid = grid_of(
        feature_extraction=None, fine_tuning=None, seeds=[0], body_parts=["wrist"], train_sizes=[50, 400]
    )
    plan, records = planted(tmp_path, grid)
    table = find(answers_from(plan, records), plan).fits
    assert table["reason"].notna().all()
    assert table[["asymptote", "scale", "shape"]].isna().all(axis=None)
