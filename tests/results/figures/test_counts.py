"""Counts of a data set: a panel per unit and split, normal beside abnormal."""

import pytest

from results.figures import DatasetCounts
from results.figures.style import ONE_COLUMN, TWO_COLUMNS

ROWS = [
    {
        "body_part": part,
        "split": split,
        "label": label,
        "images": images // (label + 1),
        "studies": images // 3,
        "patients": images // 4,
    }
    for part, most in (("elbow", 4931), ("humerus", 1272), ("wrist", 9752))
    for split, images in (("train", most), ("test", most // 11))
    for label in (0, 1)
]


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (
            ONE_COLUMN,
            [
                "images, train",
                "images, test",
                "studies, train",
                "studies, test",
                "patients, train",
                "patients, test",
            ],
        ),
        (
            TWO_COLUMNS,
            [
                "images, train",
                "studies, train",
                "patients, train",
                "images, test",
                "studies, test",
                "patients, test",
            ],
        ),
    ],
)
def test_units_and_splits_have_panels(whole, width, titles):
    drawn = DatasetCounts(ROWS, width=width).plot()
    assert [axis.get_title() for axis in drawn.axes] == titles
    normal, abnormal = drawn.axes[0].containers
    assert [bar.get_width() for bar in normal] == [4931, 1272, 9752]
    assert [bar.get_width() for bar in abnormal] == [2465, 636, 4876]
    assert abnormal[0].get_hatch(), "told apart in grey"
    whole(drawn)


def test_a_data_set_without_split_and_a_part_without_a_class_are_drawn(whole):
    rows = [row | {"split": ""} for row in ROWS if row["split"] == "train"][:-1]
    drawn = DatasetCounts(rows, width=ONE_COLUMN).plot()
    assert [axis.get_title() for axis in drawn.axes] == ["images", "studies", "patients"]
    assert drawn.axes[0].containers[1][-1].get_width() == 0
    whole(drawn)


def test_a_count_given_twice_is_refused():
    with pytest.raises(ValueError, match="two rows for elbow · train · 0"):
        DatasetCounts(ROWS + ROWS[:1]).plot()
