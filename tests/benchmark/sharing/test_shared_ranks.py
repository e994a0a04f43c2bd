import pytest

from benchmark.sharing.shared_ranks import _blocks


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


def test_without_a_common_part_and_size_nothing_is_ranked(opened):
    places = {("elbow", 50): {"a": 1}, ("elbow", 400): {"b": 1}}
    assert _blocks(places, ["a", "b"]) == (
        [],
        "No body part and size has every method: nothing can be ranked fairly.",
    )
    both = {"a": 1, "b": 1}
    assert _blocks({("all", 50): both, ("elbow", 50): both}, ["a", "b"]) == ([both], "")
