import json

import numpy as np
import pytest

from benchmark.sharing.leaderboard import leaderboard_of
from benchmark.sharing.opened_exports import open_exports
from results.comparison import compare
from results.tables.formatting import BEST
from tests.benchmark.planted import ALONE


@pytest.fixture(scope="module")
def opened(exports, tmp_path_factory):
    return open_exports(list(exports.values()), tmp_path_factory.mktemp("runs"), ALONE)


@pytest.fixture(scope="module")
def board(opened):
    return leaderboard_of(opened)


def test_exports_of_one_test_digest_share_a_table_and_others_do_not(board):
    assert [one.exports for one in board.data_sets] == [("home", "rival"), ("away",)]
    first, second = board.data_sets
    assert first.digest != second.digest
    # home: frozen and fine-tuned; rival: frozen and hand-crafted; two parts, two sizes
    assert len(first.scores) == 16
    assert len(second.scores) == 8
    assert list(first.scores["train_size"][:8]) == [50] * 4 + [400] * 4
    assert (
        first.scores.groupby(["body_part", "train_size"])["standing"].agg(list).map(lambda s: s.count(BEST))
        == 1
    ).all()


def test_scores_are_those_of_each_export_alone(opened, board):
    home = opened[0].cells
    setting = next(s for s in home.by_setting if (s.body_part, s.train_size) == ("wrist", 400))
    for method, side in home.chosen[setting].items():
        scores = board.data_sets[0].scores
        row = scores[
            (scores["export"] == "home")
            & (scores["method"] == method.name)
            & (scores["body_part"] == "wrist")
            & (scores["train_size"] == 400)
        ].iloc[0]
        assert {name: row[name] for name in ("value", "low", "high")} == home.interval(home.over_seeds(side))


def test_methods_of_two_exports_are_paired_by_patient(opened):
    """The same draws in both: else the difference would have nearly the sum of both variances."""
    home, rival = opened[0].cells, opened[1].cells
    setting = next(iter(home.by_setting))
    sides = []
    for cells in (home, rival):
        side = next(s for m, s in cells.chosen[setting].items() if m.strategy == "feature_extraction")
        sides.append(cells.by_seed(side))
    error = compare(*sides, None).estimate.test_sd
    alone = [np.std(side[0].drawn) for side in sides]
    assert error < 0.8 * np.hypot(*alone)


def test_ranks_are_over_every_part_and_size_with_all_methods(board):
    ranks, scores = board.data_sets[0].ranks, board.data_sets[0].scores
    assert board.data_sets[0].blocks == 4
    for row in ranks.itertuples():
        mine = (scores["export"] == row.export) & (scores["method"] == row.method)
        places = scores.groupby(["body_part", "train_size"])["value"].rank(ascending=False)
        assert row.rank == pytest.approx(places[mine].mean())
        assert row.low <= row.high
    assert ranks["first"].sum() == pytest.approx(1)
    assert ranks["rank"].is_monotonic_increasing


def test_over_data_sets_are_the_methods_of_all_of_them(board):
    assert set(board.overall["method"].str.partition(" · ")[0]) == {"frozen", "fine-tuned"}
    assert board.overall["rank"].sum() == pytest.approx(3)


def test_verdicts_are_the_exports_own(opened, board):
    assert set(board.verdicts["export"]) == {"home", "away"}
    own = opened[0].answers.differences
    mine = board.verdicts[board.verdicts["export"] == "home"]
    assert list(mine["difference"]) == list(own[own["verdict"] != ""]["difference"])


def test_versions_are_told(board):
    assert list(board.exports["grid"]) == ["grid-home", "grid-rival", "grid-away"]
    assert "numpy " in board.exports["computed_with"][0]


def test_one_export_has_nothing_over_data_sets_and_json_holds_no_nan(opened, board):
    alone = leaderboard_of(opened[:1])
    assert "one data set" in alone.why_not
    text = json.dumps(board.to_json(), allow_nan=False)
    assert json.loads(text)["data_sets"][0]["exports"] == ["home", "rival"]


def test_without_a_common_part_and_size_nothing_is_ranked(opened):
    from benchmark.sharing.leaderboard import _blocks

    places = {("elbow", 50): {"a": 1}, ("elbow", 400): {"b": 1}}
    assert _blocks(places, ["a", "b"]) == (
        [],
        "No body part and size has every method: nothing can be ranked fairly.",
    )
    both = {"a": 1, "b": 1}
    assert _blocks({("all", 50): both, ("elbow", 50): both}, ["a", "b"]) == ([both], "")
