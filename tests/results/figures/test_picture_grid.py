"""Pictures in rows and columns."""

import numpy as np
import pytest

from results.figures import PictureGrid


def pictures(rows, columns):
    return np.random.default_rng(0).random((rows, columns, 12, 12), np.float32)


def test_every_picture_is_drawn_with_its_titles(whole):
    drawn = PictureGrid(pictures(2, 3), ["original", "rotate", "all together 1"], ["hand", "elbow"]).plot()
    assert len(drawn.axes) == 6
    assert all(len(axis.images) == 1 for axis in drawn.axes)
    assert drawn.axes[0].get_ylabel() == "hand"
    whole(drawn)


def test_the_numbers_are_those_of_the_pictures():
    made = pictures(1, 2)
    table = PictureGrid(made, ["a", "b"], ["hand"]).frame()
    assert table["mean"].tolist() == pytest.approx([made[0, 0].mean(), made[0, 1].mean()])


def test_missing_titles_and_no_picture_are_refused():
    with pytest.raises(ValueError, match="no picture"):
        PictureGrid([], [], []).plot()
    with pytest.raises(ValueError, match="its title"):
        PictureGrid(pictures(2, 2), ["a"], ["x", "y"]).plot()
