import pytest

from results.figures import LabelNoiseCurves


def rows(parts=("all", "hand"), shares=(0, 0.1, 0.25)):
    return [
        {
            "body_part": part,
            "share": share,
            "strategy": name,
            "value": 0.9 - share,
            "low": 0.8 - share,
            "high": None,
        }
        for part in parts
        for share in shares
        for name in ("feature_extraction", "fine_tuning")
    ]


def test_a_panel_per_body_part_over_the_share_of_patients(whole):
    figure = LabelNoiseCurves(rows(), "quadratic_kappa", "study").plot()
    assert [axis.get_title() for axis in figure.axes] == ["hand", "all parts"]
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["0 %", "10 %", "25 %"]
    whole(figure)


def test_points_are_in_the_order_of_shares_and_given_once():
    table = LabelNoiseCurves(rows(shares=(0.25, 0)), "auroc", "study").frame()
    assert table["share"].tolist() == [0, 0.25] * 4
    assert list(table) == ["body_part", "strategy", "line", "share", "value", "low", "high"]
    with pytest.raises(ValueError, match="name their lines"):
        LabelNoiseCurves(rows() + rows(), "auroc", "study").frame()
