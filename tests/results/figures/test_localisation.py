"""The localisation figure: a panel per measure, a line per strategy and network, and the two baselines."""

import pytest

from results.figures import LocalisationCurves
from results.figures.style import ONE_COLUMN, TWO_COLUMNS


def rows(lines=("resnet50",), sizes=(100, 1000, 5000)):
    return [
        {
            "measure": measure,
            "strategy": strategy,
            "line": "" if strategy == "hand_crafted" else line,
            "train_images": size,
            "value": 0.2 + 0.1 * place,
            "low": 0.1 + 0.1 * place,
            "high": 0.3 + 0.1 * place,
            "centre": 0.25,
            "chance": 0.1,
        }
        for measure in ("pointing", "energy", "overlap")
        for strategy in ("feature_extraction", "fine_tuning", "hand_crafted")
        for line in (lines if strategy != "hand_crafted" else lines[:1])
        for place, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_a_panel_per_measure_with_a_line_per_strategy_and_the_baselines(whole, width):
    drawn = LocalisationCurves(rows(), width=width).plot()
    assert [axis.get_title() for axis in drawn.axes] == [
        "pointing game",
        "energy in the box",
        "IoU with the box",
    ]
    assert [len(axis.lines) for axis in drawn.axes[1:]] == [5, 5]
    whole(drawn)


def test_one_size_is_drawn_as_points(whole):
    whole(LocalisationCurves(rows(sizes=(400,))).plot())


def test_the_frame_holds_the_points_in_order():
    frame = LocalisationCurves(rows()[::-1]).frame()
    assert len(frame) == 27
    assert frame["train_images"].tolist()[:3] == [100, 1000, 5000]
    assert frame["centre"].unique() == [0.25]


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="no row"):
        LocalisationCurves([]).frame()
    with pytest.raises(ValueError, match="show one body part"):
        LocalisationCurves(rows() * 2).frame()
    with pytest.raises(ValueError, match="more than 3 lines"):
        LocalisationCurves(rows(lines=("a", "b", "c", "d"))).frame()
