"""Forecasts continue straight lines of log-odds, and stay within the metric's limits."""

import numpy as np
import pytest
from scipy.special import expit

from results.forecasts import forecast

SIZES = [100, 300, 1000]


def curve(at_1000, slope, sizes=SIZES):
    return expit(at_1000 + slope * np.log10(np.array(sizes) / 1000))[:, None]


@pytest.mark.parametrize("sizes", [SIZES, SIZES[::2]])
def test_lines_of_log_odds_are_continued(sizes):
    found = forecast(sizes, curve(1.5, 0.3, sizes), curve(1.6, 0.8, sizes), [3000, 30_000], (0.0, 1.0))
    truth = curve(1.6, 0.8, [3000, 30_000]) - curve(1.5, 0.3, [3000, 30_000])
    assert found == pytest.approx(truth)


def test_without_limits_the_metric_itself_is_a_line():
    logs = np.log10(SIZES)[:, None]
    found = forecast(SIZES, 0.5 - 0.1 * logs, 0.5 - 0.2 * logs, [10_000], None)
    assert found == pytest.approx(np.array([[-0.4]]))


def test_each_column_is_forecast_by_itself_and_none_leaves_the_limits():
    random = np.random.default_rng(0)
    first, second = (random.uniform(0.5, 1.0, (3, 50)) for _ in range(2))
    first[0, 0] = 1.0  # on the limit
    found = forecast(SIZES, first, second, [10**6], (0.0, 1.0))
    assert found.shape == (1, 50)
    assert (np.abs(found) <= 1).all()
    alone = forecast(SIZES, first[:, [7]], second[:, [7]], [10**6], (0.0, 1.0))
    assert found[:, [7]] == pytest.approx(alone)


@pytest.mark.parametrize("sizes", [[], [100], [100, 100], [0, 100]])
def test_too_few_sizes_are_refused(sizes):
    sides = np.full((len(sizes), 2), 0.8)
    with pytest.raises(ValueError, match="different sizes"):
        forecast(sizes, sides, sides, [1000], (0.0, 1.0))


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="3 sizes"):
        forecast(SIZES, np.ones((3, 2)), np.ones((3, 3)), [1000], (0.0, 1.0))
