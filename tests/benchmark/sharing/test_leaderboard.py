import json

from benchmark.sharing.leaderboard import leaderboard_of
from benchmark.sharing.opened_exports import open_exports
from results.tables.formatting import BEST
from tests.benchmark.planted import ALONE


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


def test_an_export_that_lost_a_test_image_is_not_paired_with_one_that_did_not(lost, tmp_path):
    opened = open_exports([lost["none"][2], lost["test"][2]], tmp_path, ALONE)
    assert [one.exports for one in leaderboard_of(opened).data_sets] == [("none",), ("test",)]
