"""The forest plot draws every interval in its place, filled where the difference is significant."""

import pandas as pd
import pytest

from results.figures import ForestPlot
from results.figures.style import ONE_COLUMN, TWO_COLUMNS


def markers(axis):
    """The points of the differences: markers without a line."""
    return [line for line in axis.lines if line.get_linestyle() == "None"]


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
@pytest.mark.parametrize("backbones", [("resnet50",), ("densenet169", "resnet50"), ("a", "b", "c", "d", "e")])
def test_every_backbone_has_a_panel(differences, whole, width, backbones):
    drawn = ForestPlot(differences(backbones), "auroc", "study", width=width).plot()
    assert [axis.get_title() for axis in drawn.axes] == list(backbones)
    assert len(markers(drawn.axes[0])) == 32
    whole(drawn)


def test_sizes_ascend_within_a_part_and_all_parts_come_last(differences):
    table = ForestPlot(differences(("b",))[::-1], "auroc", "study").frame()
    assert table["train_size"].tolist()[:4] == [100, 3000, 10000, "full"]
    assert table["body_part"].tolist()[-1] == "all"


def test_an_interval_that_leaves_out_zero_is_filled(differences):
    rows = differences(("b",), ("wrist",), (100, 3000))
    rows[0] |= {"difference": -0.1, "low": -0.2, "high": -0.01}
    rows[1] |= {"difference": -0.1, "low": -0.2, "high": 0.01}
    figure = ForestPlot(rows, "auroc", "study")
    assert figure.frame()["significant"].tolist() == [True, False]
    first, second = markers(figure.plot().axes[0])
    assert first.get_markerfacecolor() is not None
    assert second.get_markerfacecolor() == "white"
    assert not isinstance(first.get_markerfacecolor(), str)


def test_a_test_decides_where_there_is_one(differences):
    rows = differences(("b",), ("wrist",), (100, 3000, "full"))
    told = [row | {"significant": value} for row, value in zip(rows, (False, True, None), strict=True)]
    assert ForestPlot(told, "auroc", "study").frame()["significant"].tolist() == [False, True, False]


def test_undefined_differences_are_said(differences, whole):
    rows = differences(("b",), ("wrist",), (100, 3000))
    rows[0] |= {"difference": None, "low": None, "high": None}
    drawn = ForestPlot(pd.DataFrame(rows), "auroc", "study", width=ONE_COLUMN).plot()
    assert [text.get_text() for text in drawn.axes[0].texts] == ["undefined"]
    whole(drawn)


def test_one_part_and_one_size_are_drawn(differences, whole):
    whole(ForestPlot(differences(("b",), ("all",), ("full",)), "auroc", "study", width=ONE_COLUMN).plot())


def test_two_classifiers_of_one_backbone_are_refused(differences):
    with pytest.raises(ValueError, match=r"two rows for densenet169 · elbow · 100; give one classifier"):
        ForestPlot(differences() + differences()[:1], "auroc", "study").plot()
