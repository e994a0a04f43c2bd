import pytest

from results.figures import CorruptionLadder


def rows(kinds=("noise", "blur"), strengths=(0, 1, 5), strategies=("feature_extraction", "fine_tuning")):
    return [
        {
            "kind": kind,
            "strength": n,
            "strategy": name,
            "value": 0.9 - n / 20,
            "low": 0.8 - n / 20,
            "high": 0.95,
        }
        for kind in kinds
        for n in strengths
        for name in strategies
    ]


def test_a_panel_per_kind_and_a_line_per_strategy(whole):
    figure = CorruptionLadder(rows(("noise", "blur", "contrast", "jpeg")), "auroc", "study").plot()
    assert [axis.get_title() for axis in figure.axes] == ["noise", "blur", "contrast", "jpeg"]
    assert [tick.get_text() for tick in figure.axes[-1].get_xticklabels()] == ["0", "1", "5"]
    whole(figure)


def test_points_are_in_the_order_of_kinds_and_strengths():
    table = CorruptionLadder(rows(strengths=(5, 0, 1)), "auroc", "study").frame()
    assert table["kind"].drop_duplicates().tolist() == ["noise", "blur"]
    assert table["strength"].tolist() == [0, 1, 5] * 4
    assert list(table) == ["kind", "strategy", "line", "strength", "value", "low", "high"]


def test_two_points_in_one_place_are_refused():
    with pytest.raises(ValueError, match="give the rows of one body part"):
        CorruptionLadder(rows() + rows(), "auroc", "study").plot()
    with pytest.raises(ValueError, match="no row"):
        CorruptionLadder([], "auroc", "study").frame()
