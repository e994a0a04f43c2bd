"""What more images bring is what was planted, or a reason why nothing can be said."""

from benchmark.analysis.findings import find
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from tests.benchmark.planted import answers_from, grid_of, planted
from tests.planted_study import CROSSING


def test_the_planted_crossover_is_found(findings):
    table = findings.crossovers
    assert len(table) == 3 * 3
    row = table[(table["backbone"] == EVERY_BACKBONE) & (table["body_part"] == "all")].iloc[0]
    assert row["status"] == "crossed"
    assert row["low"] < CROSSING < row["high"]
    assert CROSSING / 2 < row["value"] < CROSSING * 2


def test_fits_mark_what_lies_beyond_the_data(findings):
    table = findings.fits
    assert (table["extrapolated"].eq(True) == (table["measured"].isna() & table["reason"].isna())).all()
    assert table["extrapolated"].eq(True).any()


def test_a_grid_whose_curves_all_fall_has_no_law_and_says_why(tmp_path):
    grid = grid_of(
        feature_extraction=None, fine_tuning=None, seeds=[0], body_parts=["wrist"], train_sizes=[50, 400]
    )
    plan, records = planted(tmp_path, grid)
    table = find(answers_from(plan, records), plan).fits
    assert table["reason"].notna().all()
    assert table[["asymptote", "scale", "exponent"]].isna().all(axis=None)
