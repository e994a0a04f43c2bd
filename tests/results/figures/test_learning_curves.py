"""Learning curves: a panel per body part, a line and a band per strategy."""

import numpy as np
import pytest

from results.figures import LearningCurves
from results.figures.style import ONE_COLUMN, TWO_COLUMNS
from results.labels import look_of


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_every_part_has_a_panel_with_a_line_per_strategy(curves, whole, width):
    drawn = LearningCurves(curves(), "auroc", "study", width=width).plot()
    assert [axis.get_title() for axis in drawn.axes][-2:] == ["wrist", "all parts"]
    assert drawn.get_figwidth() == width
    lines = [line for line in drawn.axes[-1].lines if len(line.get_xdata())]
    assert [line.get_color() for line in lines] == [
        look_of(name).color for name in ("feature_extraction", "fine_tuning", "hand_crafted")
    ]
    assert len({(line.get_marker(), line.get_linestyle()) for line in lines}) == 3, "told apart in grey"
    assert drawn._supylabel.get_text() == "AUROC per study"
    whole(drawn)


def test_the_picture_draws_the_numbers_of_the_frame(curves):
    figure = LearningCurves(curves(parts=("wrist",)), "auroc", "study")
    table = figure.frame()
    key = ["body_part", "strategy", "line", "train_images"]
    assert table.columns.tolist() == [*key, "train_patients", "value", "low", "high"]
    tuned = table[table["strategy"] == "fine_tuning"]
    assert tuned["train_images"].tolist() == [100, 3000, 9752]
    axis = figure.plot().axes[0]
    line = next(
        line
        for line in axis.lines
        if line.get_color() == look_of("fine_tuning").color and len(line.get_xdata())
    )
    assert np.array_equal(line.get_xydata(), tuned[["train_images", "value"]])
    band = axis.collections[2].get_paths()[0].get_extents()
    assert (band.y0, band.y1) == pytest.approx((tuned["low"].min(), tuned["high"].max()))


def test_each_panel_has_its_own_images_and_patients_below_on_one_scale(curves, whole):
    drawn = LearningCurves(curves(parts=("humerus", "all")), "auroc", "study").plot()
    texts = [[label.get_text() for label in axis.get_xticklabels()] for axis in drawn.axes]
    assert texts == [
        ["100\n(30)", "1,272\n(385)"],
        ["100\n(30)", "3,000\n(909)", "10,000\n(3,030)", "36,808\n(11,154)"],
    ]
    assert drawn.axes[0].get_xlim() == drawn.axes[1].get_xlim()
    whole(drawn)


def test_undefined_points_leave_gaps_and_a_lone_interval_is_a_line(curves, whole):
    rows = curves(parts=("wrist",), strategies=("fine_tuning",))
    rows[0] |= {"value": None, "low": None, "high": None}
    rows[2] |= {"low": None, "high": None}
    drawn = LearningCurves(rows, "auroc", "study").plot()
    assert np.isnan(drawn.axes[0].lines[0].get_ydata()).tolist() == [True, False, False]
    (interval,) = drawn.axes[0].collections[1].get_segments()
    assert interval[:, 1].tolist() == [rows[1]["low"], rows[1]["high"]]
    whole(drawn)


def test_a_strategy_with_two_backbones_has_two_markers(curves, whole):
    rows = [
        row | {"line": name}
        for row in curves(strategies=("fine_tuning",))
        for name in ("densenet169", "resnet50")
    ]
    drawn = LearningCurves(rows, "auroc", "study", width=ONE_COLUMN).plot()
    labels = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert labels == ["fine-tuned: densenet169", "fine-tuned: resnet50"]
    whole(drawn)


def test_three_parts_label_the_axis_below_each_column(curves, whole):
    drawn = LearningCurves(curves(parts=("hand", "wrist", "all")), "auroc", "study", width=ONE_COLUMN).plot()
    label = "training images\n(patients)"
    assert [axis.get_xlabel() for axis in drawn.axes] == ["", label, label]
    whole(drawn)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: [row for row in rows if row["train_size"] == 100], "at least two training sizes"),
        (lambda rows: rows + rows[:1], "two rows for elbow · feature_extraction"),
        (lambda rows: [row | {"line": str(n)} for n, row in enumerate(rows)], "more than 3 lines"),
        (lambda rows: [], "there is no row to draw"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(curves, change, reason):
    with pytest.raises(ValueError, match=reason):
        LearningCurves(change(curves()), "auroc", "study").plot()
