"""The reliability diagram: what was observed in each bin of predicted probability."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from results.figures import ReliabilityDiagram, Scores
from results.figures.style import ONE_COLUMN, TWO_COLUMNS


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_every_line_is_drawn_with_its_counts(three_scores, whole, width):
    drawn = ReliabilityDiagram(three_scores, "study", width=width, resamples=50).plot()
    above, below = drawn.axes
    assert len(above.lines) == 4, "three lines and the diagonal"
    assert below.patches[0].get_data().values.sum() == len(three_scores[0].labels)
    assert below.get_ylabel() == "studies"
    whole(drawn)


def test_bins_are_scikit_learns(three_scores):
    table = ReliabilityDiagram(three_scores[:1], "study", resamples=200).frame()
    observed, probability = calibration_curve(
        three_scores[0].labels, three_scores[0].probabilities, n_bins=10
    )
    assert table["observed"].to_numpy() == pytest.approx(observed)
    assert table["probability"].to_numpy() == pytest.approx(probability)
    assert table["count"].sum() == len(three_scores[0].labels)
    assert (table["low"] <= table["observed"]).all()
    assert (table["observed"] <= table["high"]).all()
    gaps = (table["observed"] - table["probability"]).abs() * table["count"]
    assert table["ece"].iloc[0] == pytest.approx(gaps.sum() / table["count"].sum())


def test_the_legend_gives_error_slope_and_intercept(three_scores):
    figure = ReliabilityDiagram(three_scores[:1], "study", resamples=50)
    row = figure.frame().iloc[0]
    (legend,) = figure.plot().legends
    assert legend.get_title().get_text() == "calibration error (ECE) per study; slope; intercept"
    numbers = f"{row['ece']:.3f}; {row['slope']:.2f}; {row['intercept']:+.2f}"
    assert legend.get_texts()[0].get_text() == f"{three_scores[0].name}: {numbers}"


def test_empty_bins_are_left_out_and_certain_predictions_fall_into_the_last(whole):
    scores = Scores("sure", "fine_tuning", [0, 0, 1, 1], [0.0, 0.02, 0.98, 1.0], list("pqrs"))
    table = ReliabilityDiagram([scores], "image", resamples=50).frame()
    assert table["bin"].tolist() == [0, 0.9]
    assert table["observed"].tolist() == [0, 1]
    assert np.isfinite(table["ece"]).all()
    assert np.isnan(table["slope"]).all()
    whole(ReliabilityDiagram([scores], "image", resamples=50).plot())


def test_no_prediction_and_one_class_are_refused():
    with pytest.raises(ValueError, match="no prediction"):
        ReliabilityDiagram([], "study").plot()
    with pytest.raises(ValueError, match="one class only"):
        ReliabilityDiagram([Scores("a", "fine_tuning", [1, 1], [0.2, 0.4], list("pq"))], "study").plot()
