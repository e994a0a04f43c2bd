"""The study runs from end to end, its page is made of the rows that are kept, and these are as they should be."""

import pandas as pd
import pytest

from tests.validity import changes, every_metric, hard_settings, study, training_sets, worlds
from tests.validity.coverage import rejections
from tests.validity.intervals import IN_USE
from tests.validity.report import page
from tests.validity.report_hard_settings import judged
from tests.validity.report_training_sets import covered_as_wanted, errors_of
from tests.validity.wanted import (
    COVERS,
    ERROR,
    FAMILY_ERROR,
    HARD_COVERS,
    REJECTS,
    RUNS,
    RUNS_HOLD,
    WRONG_DIRECTION,
    monte_carlo,
)


@pytest.fixture(scope="module")
def measured():
    """The kept rows of each section."""
    return {name: pd.read_csv(study.MEASURED / f"{name}.csv") for name in study.SECTIONS}


def test_the_page_is_made_of_the_kept_rows(measured):
    assert study.PAGE.read_text(encoding="utf-8") == page(measured), (
        "python -m tests.validity.study --sections"
    )


def test_groups_that_do_not_differ_are_rarely_said_to(measured):
    rows = measured["interactions"]
    equal, planted = rows[rows["planted"] == 0], rows[rows["planted"] > 0]
    assert (equal["datasets"] >= 1000).all()
    assert (equal["found"] <= within_chance(ERROR, equal)).all()
    assert (planted.loc[planted["seeds"] == 5, "found"] > 0.25).all()
    hardware = measured["hardware"]
    assert (hardware["overall"] > 0.5).all()
    for name in ("in_a_group", "found"):
        assert (hardware[name] <= within_chance(ERROR, hardware)).all(), name


def within_chance(share, rows):
    """The share and two Monte Carlo standard errors."""
    return share + 2 * rows["datasets"].map(lambda count: monte_carlo(share, count))


def holds(rows, limits):
    """Whether coverage is between the limits, or outside by at most two Monte Carlo standard errors."""
    error = 2 * rows["datasets"].map(lambda count: monte_carlo(0.95, count))
    return (rows["covered"] >= limits[0] - error) & (rows["covered"] <= limits[1] + error)


def test_intervals_over_seeds_hold_the_methods_difference(measured):
    rows = measured["training_sets"]
    several = rows[rows["seeds"] > 1]
    assert len(several) == 2 * 4 * 3 * 3
    assert covered_as_wanted(several).all()
    assert (several["covered"] >= several["former_covered"] - 0.02).all()
    assert (rows.loc[rows["seeds"] == 1, "one_pair"] == 1).all()


def test_intervals_hold_the_change_from_one_hospital_to_another(measured):
    rows = measured["changes"]
    assert len(rows) == len(changes.SETTINGS) * len(changes.SDS) * len(changes.CHANGES) * len(changes.SEEDS)
    assert (rows["covered"] >= COVERS[0]).all(), "too wide intervals are said on the page"
    none = rows[rows["change"] == 0]
    assert (none["p_significant"] <= within_chance(ERROR, none)).all()


def test_each_verdict_errs_as_rarely_as_it_says(measured):
    errors = errors_of(measured["training_sets"])
    for test in ("difference", "equivalence", "non-inferiority"):
        assert (errors[test] <= within_chance(ERROR, errors)).all(), test
    assert (errors["wrong direction"] <= within_chance(WRONG_DIRECTION, errors)).all()


def test_hard_settings_have_intervals_that_hold_or_a_warning(measured):
    rows = judged(measured["hard_settings"])
    auroc = rows[(rows["metric"] == "auroc") & ~rows["warning"]]
    assert holds(auroc, HARD_COVERS).all()
    assert (rows.loc[rows["metric"] == "auroc", "covered"] >= HARD_COVERS[0] - 0.03).all()


def test_noise_is_not_called_a_difference_of_parts(measured):
    rows = measured["parts"]
    equal = rows[rows["between_parts"] == 0]
    reach = equal["datasets"].map(lambda count: 2 * monte_carlo(0.05, count))
    assert (equal["welch_rejects"] <= REJECTS[1] + reach).all()
    assert (equal["welch_rejects"] >= REJECTS[0] - reach).all()
    assert (rows[["mean_holds", "part_holds", "shrunken_holds"]] >= COVERS[0]).all(axis=None)


def test_zones_are_wrong_as_rarely_as_they_say(measured):
    rows = measured["zones"]
    assert (rows["wrong"] <= within_chance(ERROR, rows)).all()


def test_intervals_hold_the_true_value(measured):
    rows = measured["coverage"]
    in_use = rows[rows["interval"] == IN_USE]
    assert len(in_use) == 2 * 36
    assert set(in_use["studies"]) == {200, 1200}
    assert holds(in_use, COVERS).all()


def test_without_a_difference_the_test_rejects_in_one_of_twenty_on_average(measured):
    rejected = rejections(measured["coverage"]).query("interval == @IN_USE")
    assert rejected.groupby("studies")["rejected"].mean().between(*REJECTS).all()


def test_families_crossovers_and_shuffled_labels_are_as_wanted(measured):
    families = measured["families"]
    for kind in ("any_holm", "any_gated"):
        assert (families[kind] <= within_chance(FAMILY_ERROR, families)).all()
    assert (families["any_unadjusted"] > FAMILY_ERROR).all()
    crossovers = measured["crossovers"].dropna(subset="interpolated")
    assert len(crossovers) == 4
    assert crossovers["covered"].between(*COVERS).all()
    shuffled = measured["shuffled"]
    everywhere = shuffled[shuffled["shuffled"].str.startswith("all labels")]
    assert len(everywhere)
    assert (everywhere[IN_USE] >= RUNS_HOLD / RUNS).all()


@pytest.fixture
def small_populations(monkeypatch):
    for module in (worlds, every_metric, hard_settings):
        monkeypatch.setattr(module, "_CHUNKS", 2)
        monkeypatch.setattr(module, "_PATIENTS", 2000)
    monkeypatch.setattr(training_sets, "_POPULATION", 2000)
    training_sets._aurocs.cache_clear()
    yield
    training_sets._aurocs.cache_clear()


@pytest.mark.slow
def test_a_few_data_sets_make_a_page(small_populations, monkeypatch, tmp_path):
    out = tmp_path / "validity.md"
    words = ["study", "--datasets", "4", "--kept", str(tmp_path), "--out", str(out)]
    monkeypatch.setattr("sys.argv", words)
    study.main()
    text = out.read_text(encoding="utf-8")
    assert text.count("\n## ") == 15
    assert "nan" not in text
    monkeypatch.setattr("sys.argv", [*words, "--sections"])
    study.main()
    assert out.read_text(encoding="utf-8") == text, "the rows that were kept make the same page"


def test_without_all_rows_there_is_no_page(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(
        "sys.argv", ["study", "--sections", "--kept", str(tmp_path), "--out", str(tmp_path / "p")]
    )
    study.main()
    assert "has no rows of training_sets, hard_settings" in " ".join(capsys.readouterr().out.split())
    assert not (tmp_path / "p").exists()
