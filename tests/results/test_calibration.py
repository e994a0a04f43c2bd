"""Calibration slope and intercept against statsmodels' GLM, and where they do not exist."""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit, logit

from results.calibration import LEAST_PROBABILITY, calibration_intercept, calibration_slope


def predictions(studies, slope=0.7, intercept=0.3, seed=0):
    """Labels of which slope and intercept are true, and bootstrap weights (n, 20)."""
    random = np.random.default_rng(seed)
    odds = 1.5 * random.standard_normal(studies)
    labels = (random.random(studies) < expit(intercept + slope * odds)).astype(int)
    return labels, expit(odds), random.poisson(1.0, (studies, 20)).astype(float)


def by_statsmodels(labels, probabilities, weights):
    odds = logit(probabilities.clip(LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))
    drawn = weights > 0
    model = {"family": sm.families.Binomial(), "freq_weights": weights[drawn]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of nearly separated classes
        free = sm.GLM(labels[drawn], sm.add_constant(odds[drawn]), **model).fit(tol=1e-13, maxiter=300)
        fixed = sm.GLM(labels[drawn], np.ones(drawn.sum()), offset=odds[drawn], **model).fit(tol=1e-13)
    return free.params[1], fixed.params[0]


@pytest.mark.parametrize("studies", [30, 100, 1200])
def test_slope_and_intercept_are_statsmodels(studies):
    labels, probabilities, weights = predictions(studies)
    slopes = calibration_slope(labels, probabilities, weights)
    intercepts = calibration_intercept(labels, probabilities, weights)
    for column in range(weights.shape[1]):
        slope, intercept = by_statsmodels(labels, probabilities, weights[:, column])
        assert slopes[column] == pytest.approx(slope, abs=1e-6)
        assert intercepts[column] == pytest.approx(intercept, abs=1e-6)


def test_nearly_separated_classes_and_probabilities_of_0_and_1():
    random = np.random.default_rng(3)
    odds = 3 * random.standard_normal(35)
    labels = (random.random(35) < expit(1.5 * odds)).astype(int)
    probabilities = expit(4 * odds).round(3)
    assert {0.0, 1.0} <= set(probabilities)
    weights = random.poisson(1.0, (35, 100)).astype(float)
    slopes = calibration_slope(labels, probabilities, weights)
    assert 0 < np.isnan(slopes).sum() < 50
    for column in np.flatnonzero(~np.isnan(slopes)):
        slope, _ = by_statsmodels(labels, probabilities, weights[:, column])
        assert slopes[column] == pytest.approx(slope, rel=1e-5)


def test_calibrated_probabilities_have_slope_1_and_intercept_0():
    labels, probabilities, _ = predictions(20_000, slope=1.0, intercept=0.0)
    ones = np.ones((20_000, 1))
    assert calibration_slope(labels, probabilities, ones)[0] == pytest.approx(1, abs=0.05)
    assert calibration_intercept(labels, probabilities, ones)[0] == pytest.approx(0, abs=0.05)
    halved = expit(logit(probabilities) / 2)
    assert calibration_slope(labels, halved, ones)[0] == pytest.approx(2, abs=0.1)
    lowered = expit(logit(probabilities) - 1)
    assert calibration_intercept(labels, lowered, ones)[0] == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("labels", "probabilities", "slope", "intercept"),
    [
        ([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], False, False),  # one class
        ([1, 1, 1, 1], [0.1, 0.2, 0.3, 0.4], False, False),
        ([0, 1, 0, 1], [0.3, 0.3, 0.3, 0.3], False, True),  # constant
        ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], False, True),  # separated
        ([1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4], False, True),
        ([0, 0, 1, 1], [0.1, 0.3, 0.3, 0.4], False, True),  # separated but for a tie: quasi-complete
        ([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], True, True),
    ],
)
def test_undefined_without_a_warning(labels, probabilities, slope, intercept):
    labels, probabilities, weights = np.array(labels), np.array(probabilities), np.ones((4, 2))
    assert (~np.isnan(calibration_slope(labels, probabilities, weights))).tolist() == [slope] * 2
    assert (~np.isnan(calibration_intercept(labels, probabilities, weights))).tolist() == [intercept] * 2


def test_a_resampling_without_any_row_is_undefined():
    labels, probabilities, weights = predictions(50)
    weights[:, 3] = 0
    for metric in (calibration_slope, calibration_intercept):
        assert np.flatnonzero(np.isnan(metric(labels, probabilities, weights))).tolist() == [3]
