"""Predictions as lines of figures are checked, and resampled by patient."""

import numpy as np
import pytest

from results.figures import Scores
from results.figures.predictions import bands, check_names


def test_the_first_weighting_counts_every_row_once_and_patients_stay_together():
    scores = Scores("a", "fine_tuning", [0, 1, 1], [0.1, 0.2, 0.9], ["p", "q", "q"])
    weights = scores.weights(50)
    assert weights.shape == (3, 51)
    assert weights[:, 0].tolist() == [1, 1, 1]
    assert np.array_equal(weights[1], weights[2])
    assert weights[:, 1:].std() > 0


def test_the_operating_point_is_at_the_threshold():
    scores = Scores("a", "fine_tuning", [0, 0, 1, 1], [0.1, 0.6, 0.5, 0.9], list("pqrs"), threshold=0.5)
    assert scores.operating_point() == (1, 0.5)
    assert Scores("a", "fine_tuning", [0, 1], [0, 1], list("pq")).operating_point() is None


@pytest.mark.parametrize(
    ("labels", "patients", "reason"),
    [
        ([1, 1], "pq", "a: the test set holds one class only"),
        ([0, 0], "pq", "one class"),
        ([0, 1], "p", "differ in length"),
    ],
)
def test_what_makes_no_curve_is_said(labels, patients, reason):
    with pytest.raises(ValueError, match=reason):
        _ = Scores("a", "fine_tuning", labels, [0.1, 0.2], list(patients)).positive


def test_bands_hold_the_middle_of_the_resampled_values():
    low, high = bands(np.array([np.arange(101.0), np.full(101, np.nan)]), 0.9)
    assert (low[0], high[0]) == pytest.approx((5, 95))
    assert np.isnan([low[1], high[1]]).all()


def test_lines_need_names_of_their_own():
    scores = Scores("a", "fine_tuning", [0, 1], [0, 1], list("pq"))
    with pytest.raises(ValueError, match="two lines are called 'a'"):
        check_names([scores, scores])
    with pytest.raises(ValueError, match="no prediction"):
        check_names([])
