"""The study runs from end to end, its page is made of the rows that are kept, and these are as they should be."""

import pandas as pd
import pytest

from tests.validity import every_metric, study, worlds
from tests.validity.coverage import rejections
from tests.validity.intervals import IN_USE
from tests.validity.report import page
from tests.validity.wanted import COVERS, FAMILY_ERROR, REJECTS, RUNS, RUNS_HOLD


@pytest.fixture(scope="module")
def measured():
    """The kept rows of each section."""
    return {name: pd.read_csv(study.MEASURED / f"{name}.csv") for name in study.SECTIONS}


def test_the_page_is_made_of_the_kept_rows(measured):
    assert study.PAGE.read_text(encoding="utf-8") == page(measured), (
        "python -m tests.validity.study --sections"
    )


def test_intervals_hold_the_true_value(measured):
    rows = measured["coverage"]
    in_use = rows[rows["interval"] == IN_USE]
    assert len(in_use) == 2 * 36
    assert set(in_use["studies"]) == {200, 1200}
    assert in_use["covered"].between(*COVERS).all()


def test_without_a_difference_the_test_rejects_in_one_of_twenty_on_average(measured):
    rejected = rejections(measured["coverage"]).query("interval == @IN_USE")
    assert rejected.groupby("studies")["rejected"].mean().between(*REJECTS).all()


def test_families_crossovers_and_shuffled_labels_are_as_wanted(measured):
    assert (measured["families"]["any_after_holm"] < FAMILY_ERROR).all()
    crossovers = measured["crossovers"].dropna(subset="interpolated")
    assert len(crossovers) == 4
    assert crossovers["covered"].between(*COVERS).all()
    shuffled = measured["shuffled"]
    everywhere = shuffled[shuffled["shuffled"].str.startswith("all labels")]
    assert len(everywhere)
    assert (everywhere[IN_USE] >= RUNS_HOLD / RUNS).all()


@pytest.fixture
def small_populations(monkeypatch):
    for module in (worlds, every_metric):
        monkeypatch.setattr(module, "_CHUNKS", 2)
        monkeypatch.setattr(module, "_PATIENTS", 2000)


@pytest.mark.slow
def test_a_few_data_sets_make_a_page(small_populations, monkeypatch, tmp_path):
    out = tmp_path / "validity.md"
    words = ["study", "--datasets", "4", "--kept", str(tmp_path), "--out", str(out)]
    monkeypatch.setattr("sys.argv", words)
    study.main()
    text = out.read_text(encoding="utf-8")
    assert text.count("\n## ") == 12
    assert "nan" not in text
    monkeypatch.setattr("sys.argv", [*words, "--sections"])
    study.main()
    assert out.read_text(encoding="utf-8") == text, "the rows that were kept make the same page"


def test_without_all_rows_there_is_no_page(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(
        "sys.argv", ["study", "--sections", "--kept", str(tmp_path), "--out", str(tmp_path / "p")]
    )
    study.main()
    assert "has no rows of shuffled, coverage" in " ".join(capsys.readouterr().out.split())
    assert not (tmp_path / "p").exists()
