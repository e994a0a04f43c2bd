"""The head-to-head draws both sides of each backbone, and their difference with its interval."""

import numpy as np
import pytest

from results.figures import HeadToHead

ROWS = [
    {"backbone": backbone, "train_images": size, "frozen": 0.8, "fine_tuned": value}
    | {"difference": value - 0.8, "low": value - 0.85, "high": value - 0.77}
    for backbone in ("densenet169", "resnet50")
    for size, value in ((1000, 0.85), (100, 0.75))
]


def test_the_head_to_head_has_a_column_per_backbone_and_sizes_in_order(whole):
    figure = HeadToHead(ROWS, "study auroc", "wrist")
    assert figure.frame()["train_images"].tolist() == [100, 1000] * 2
    drawn = figure.plot()
    assert len(drawn.axes) == 4
    line = drawn.axes[0].lines[1]
    assert line.get_ydata().tolist() == pytest.approx([0.75, 0.85])
    assert drawn.axes[0].get_ylabel() == "AUROC per study"
    whole(drawn)


def test_intervals_stand_where_they_are_even_beside_their_value(whole):
    outside = ROWS[0] | {"low": 0.06, "high": 0.09}  # the difference is 0.05
    drawn = HeadToHead([outside], "study auroc", "wrist").plot()
    assert drawn.axes[1].collections[0].get_segments()[0][:, 1].tolist() == [0.06, 0.09]


def test_an_undefined_difference_leaves_a_gap(whole):
    gap = ROWS[0] | dict.fromkeys(("fine_tuned", "difference", "low", "high"))
    drawn = HeadToHead([gap, *ROWS[1:]], "study auroc", "wrist").plot()
    assert np.isnan(drawn.axes[0].lines[1].get_ydata()[1])
    whole(drawn)


def test_one_size_is_drawn_as_points(whole):
    whole(HeadToHead(ROWS[:1], "study auroc", "wrist").plot())


def test_more_backbones_than_fit_are_refused():
    rows = [ROWS[0] | {"backbone": str(number)} for number in range(5)]
    with pytest.raises(ValueError, match="more than 4 backbones do not fit"):
        HeadToHead(rows, "study auroc", "wrist").plot()
