"""The verdict over sites: of equal sites it is theirs, and each stands beside it."""

from dataclasses import replace

import pytest

from benchmark.analysis.answers import Answers
from benchmark.analysis.sites import pooled_rows, site_rows
from tests.benchmark.planted import answers_from


@pytest.fixture(scope="module")
def answers(whole) -> Answers:
    return answers_from(*whole)


def test_each_site_has_the_verdict_of_its_own_grid(answers):
    rows = site_rows({"A": answers, "B": answers})
    assert sorted(set(rows["site"])) == ["A", "B"]
    main = answers.differences
    main = main[(main["verdict"] != "") & (main["backbone"] == "mean over backbones")]
    own = rows[rows["site"] == "A"]
    assert len(own) == len(main)
    joined = own.merge(main, on=["body_part", "comparison", "backbone", "train_size"])
    for name in ("difference", "low", "high", "verdict"):
        assert joined[f"{name}_x"].tolist() == joined[f"{name}_y"].tolist(), name


def test_equal_sites_have_their_own_mean_and_do_not_differ(answers):
    found = pooled_rows({"A": answers, "B": answers, "C": answers})
    own = site_rows({"A": answers})
    joined = found.merge(own, on=["body_part", "comparison", "backbone", "train_size"])
    assert len(joined) == len(found) == 9, "three parts, three sizes"
    assert joined["mean"].tolist() == pytest.approx(joined["difference"].tolist())
    assert set(found["sites"]) == {3}
    assert (found["tau"] == 0).all()
    assert found["p_sites"].tolist() == pytest.approx([1.0] * 9)
    assert ((found["low"] < found["mean"]) & (found["mean"] < found["high"])).all()
    assert (found["new_low"] <= found["low"]).all()
    assert (found["p_adjusted"] >= found["p"]).all()
    assert set(found["verdict"]) <= {"fine-tune", "freeze", "equal", "undecided"}


def test_one_site_has_a_reason_and_no_verdict(answers):
    found = pooled_rows({"A": answers})
    assert set(found["reason"]) == {"sites with a standard error: 1; two are needed"}
    assert set(found["verdict"]) == {""}
    assert found[["mean", "p_adjusted"]].isna().all(axis=None)


def test_one_seed_makes_no_claim(answers):
    cells = [record for record in answers.cells.finished if record.seed == 0]
    single = Answers(replace(answers.cells, finished=cells), answers.controls)
    assert set(pooled_rows({"A": single, "B": single})["verdict"]) == {"one trained pair"}


def test_without_pairs_there_is_no_row():
    assert len(pooled_rows({})) == len(site_rows({})) == 0
