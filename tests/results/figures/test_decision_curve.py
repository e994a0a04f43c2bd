"""Decision curves: their numbers, the paired difference, and a whole picture."""

import numpy as np
import pytest

from results.figures import DecisionCurve, Scores
from results.figures.style import ONE_COLUMN, TWO_COLUMNS

COMPARED = ("feature_extraction", "fine_tuning")


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_every_line_and_the_difference_are_drawn(three_scores, whole, width):
    drawn = DecisionCurve(three_scores, "study", COMPARED, width=width, resamples=50).plot()
    above, below = drawn.axes
    assert len(above.lines) == 5, "three lines, call all and call none"
    assert below.get_ylabel() == "fine-tuned − frozen"
    whole(drawn)


def test_the_difference_is_paired(three_scores):
    table = DecisionCurve(three_scores, "study", COMPARED, resamples=400).frame()
    lines = {name: rows.reset_index(drop=True) for name, rows in table.groupby("name", sort=False)}
    difference = lines["fine-tuned − frozen"]
    expected = lines["fine-tuned"]["net_benefit"] - lines["frozen"]["net_benefit"]
    assert difference["net_benefit"].to_numpy() == pytest.approx(expected.to_numpy())
    assert set(difference["kind"]) == {"difference"}
    low = difference["threshold"] <= 0.05  # both call nearly all, so that their benefits vary together
    width = (difference["high"] - difference["low"])[low]
    assert (width < 0.5 * (lines["frozen"]["high"] - lines["frozen"]["low"])[low]).all()


def test_calling_none_is_worth_nothing_and_calling_all_falls(three_scores):
    table = DecisionCurve(three_scores, "study", COMPARED, resamples=50).frame()
    assert (table.loc[table["kind"] == "none", ["net_benefit", "low", "high"]] == 0).all(axis=None)
    every = table[table["kind"] == "all"]
    assert (np.diff(every["net_benefit"]) < 0).all()
    prevalence = np.mean(three_scores[0].labels)
    assert every["net_benefit"].iloc[0] == pytest.approx(prevalence - (1 - prevalence) * 0.01 / 0.99)


def test_without_both_sides_there_is_no_difference(three_scores, whole):
    figure = DecisionCurve(three_scores[::2], "study", COMPARED, resamples=50)
    assert "difference" not in set(figure.frame()["kind"])
    drawn = figure.plot()
    assert len(drawn.axes) == 1
    whole(drawn)


def test_no_prediction_and_one_class_are_refused():
    with pytest.raises(ValueError, match="no prediction"):
        DecisionCurve([], "study", COMPARED).plot()
    with pytest.raises(ValueError, match="one class only"):
        DecisionCurve([Scores("a", "fine_tuning", [1, 1], [0.2, 0.4], list("pq"))], "study", COMPARED).plot()
