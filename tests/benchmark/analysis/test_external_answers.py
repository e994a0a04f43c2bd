"""Planted answers elsewhere are found: the verdict flips, or it stays."""

import json

import pandas as pd
import pytest

from benchmark.analysis.external_answers import external_by_kind, external_rows, with_changes
from benchmark.analysis.external_sets import away_sets
from benchmark.store.record import Corrupted
from results.verdict import FINE_TUNE, FREEZE, ONE_PAIR, UNDECIDED
from tests.benchmark.planted_elsewhere import (
    add_set,
    answers_of_planted,
    as_at_home,
    frozen_wins,
    planted_at_home,
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Fine-tuning wins at home; it loses in one other hospital, and wins in a second one. And two rungs."""
    plan, records = planted_at_home(tmp_path_factory.mktemp("p"), evaluation={"resamples": 400})
    add_set(records, "flips", frozen_wins)
    add_set(records, "holds", as_at_home)
    for strength in (1, 5):
        rung = Corrupted(kind="blur", strength=strength)
        add_set(records, f"blur-{strength}", as_at_home if strength == 1 else frozen_wins, rung=rung)
    answers = answers_of_planted(plan, records)
    return answers, answers.elsewhere.set_index("external")


def test_fine_tuning_wins_at_home_and_loses_away(found):
    row = found[1].loc["flips"]
    assert (row["home_verdict"], row["away_verdict"], row["verdict"]) == (FINE_TUNE, FREEZE, FREEZE)
    assert row["change"] == pytest.approx(row["away"] - row["home"])
    assert row["low"] < row["change"] < row["high"] < 0
    assert row["p"] < row["p_adjusted"] < 0.05


def test_where_nothing_changes_the_answer_holds(found):
    row = found[1].loc["holds"]
    assert (row["home_verdict"], row["away_verdict"], row["verdict"]) == (FINE_TUNE, FINE_TUNE, UNDECIDED)
    assert row["low"] < 0 < row["high"]


def test_rungs_are_a_family_of_their_own(found):
    rows = found[1]
    assert rows["family"].tolist() == [2, 2, 2, 2]
    assert (rows["kind"].tolist(), rows["strength"].tolist()) == (["", "", "blur", "blur"], [0, 0, 1, 5])
    assert rows.loc["blur-5", "verdict"] == FREEZE
    kinds = external_by_kind(found[0].elsewhere)
    assert {name: list(table["external"]) for name, table in kinds.items()} == {
        "external": ["flips", "holds"],
        "corruptions": ["blur-1", "blur-5"],
    }


def test_home_is_what_every_command_says_of_it(found):
    answers, rows = found
    (home,) = answers.differences.to_dict("records")
    for name in ("low", "high", "verdict"):
        assert (rows[f"home_{name}"] == home[name]).all()
    assert not rows["interim"].any()


def test_without_a_set_there_is_no_row():
    assert not len(external_rows([], pd.DataFrame()))
    assert external_by_kind(pd.DataFrame()) == {}


def test_missing_cells_are_interim_and_one_seed_makes_no_claim(tmp_path):
    plan, records = planted_at_home(tmp_path, seeds=[0])
    add_set(records, "flips", frozen_wins)
    answers = answers_of_planted(plan, records)
    assert answers.elsewhere["verdict"].tolist() == [ONE_PAIR]
    more = [one._replace(seeds=(0, 1)) for one in answers.planned]
    (row,) = external_rows(away_sets(answers.cells), answers.differences, more).to_dict("records")
    assert row["interim"]


def test_the_rows_with_a_verdict_have_their_changes_as_json(found):
    answers, rows = found
    told = json.loads(json.dumps(with_changes(answers.head_to_head, answers.elsewhere), allow_nan=False))
    (judged,) = [row for row in told if row["verdict"]]
    assert [one["external"] for one in judged["external"]] == rows.index.tolist()
    flips = judged["external"][0]
    assert (flips["change"], flips["verdict"]) == (pytest.approx(rows.loc["flips", "change"]), FREEZE)
    assert not any("external" in row for row in told if not row["verdict"])
    assert with_changes(answers.head_to_head, pd.DataFrame()) == answers.head_to_head
