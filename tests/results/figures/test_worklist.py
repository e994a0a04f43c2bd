"""Cumulative gains: numbers against the predictions, and a whole picture."""

import numpy as np
import pytest

from results.figures import Scores, WorklistGains
from results.figures.style import ONE_COLUMN, TWO_COLUMNS


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_every_line_is_drawn_between_no_order_and_the_best(three_scores, whole, width):
    drawn = WorklistGains(three_scores, "study", width=width, resamples=50).plot()
    (axis,) = drawn.axes
    assert len(axis.lines) == 5
    assert axis.get_xlabel() == "share of studies read"
    whole(drawn)


def test_lines_begin_at_nothing_and_end_at_all(three_scores):
    table = WorklistGains(three_scores, "study", resamples=50).frame()
    for scores in three_scores:
        rows = table[table["name"] == scores.name]
        assert (rows["found"].iloc[0], rows["found"].iloc[-1]) == (0, 1)
        assert (np.diff(rows["found"]) >= 0).all()
        assert ((rows["low"] <= rows["found"] + 1e-9) & (rows["found"] <= rows["high"] + 1e-9)).mean() > 0.95


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="one class only"):
        WorklistGains([Scores("a", "fine_tuning", [1, 1], [0.2, 0.4], list("pq"))], "study").plot()
