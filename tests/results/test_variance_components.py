"""Body parts that differ are told from chance."""

import json

import numpy as np
import pytest
from scipy import stats

from results.variance_components import heterogeneity


def test_heterogeneity_by_hand():
    effects, errors = np.array([0.1, 0.3, -0.1]), np.array([0.05, 0.1, 0.05])
    weights = errors**-2
    q = np.sum(weights * (effects - np.average(effects, weights=weights)) ** 2)
    result = heterogeneity(list(effects), list(errors))
    assert (result["parts"], result["df"], result["reason"]) == (3, 2, None)
    assert result["q"] == pytest.approx(q)
    assert result["p"] == pytest.approx(stats.chi2.sf(q, 2))
    assert result["i2"] == pytest.approx((q - 2) / q)
    # Paule and Mandel's tau2 makes the weighted squares equal their degrees of freedom
    weights = 1 / (errors**2 + result["tau2"])
    mean = np.average(effects, weights=weights)
    assert np.sum(weights * (effects - mean) ** 2) == pytest.approx(2, abs=1e-4)
    assert result["mean"] == pytest.approx(mean)
    reach = stats.norm.isf(0.025) / np.sqrt(weights.sum())
    assert [result["low"], result["high"]] == pytest.approx([mean - reach, mean + reach])
    json.dumps(result)


@pytest.mark.parametrize("effects", [[0.1, 0.1, 0.1], [0.1, 0.11, 0.1], [0.0, 0.0]])
def test_equal_parts_show_no_heterogeneity(effects):
    result = heterogeneity(effects, [0.05] * len(effects))
    assert (result["i2"], result["tau2"]) == (0, 0)
    assert result["q"] >= 0
    assert result["p"] > 0.9


def test_a_wider_confidence_is_a_wider_interval():
    narrow, wide = (heterogeneity([0.1, 0.2], [0.1, 0.1], confidence) for confidence in (0.5, 0.99))
    assert wide["high"] - wide["low"] > 3 * (narrow["high"] - narrow["low"])


@pytest.mark.parametrize(
    ("effects", "errors"),
    [([0.1], [0.1]), ([], []), ([0.1, None, 0.2], [0.1, 0.1, None]), ([0.1, 0.2], [0.0, float("nan")])],
)
def test_parts_without_a_standard_error_are_left_out_with_the_reason(effects, errors):
    result = heterogeneity(effects, errors)
    assert "body parts with a standard error" in result["reason"]
    assert result["q"] is result["mean"] is None
    assert set(result) == set(heterogeneity([0.1, 0.2], [0.1, 0.1]))


def test_parts_of_another_number_are_refused():
    with pytest.raises(ValueError, match="zip"):
        heterogeneity([0.1, 0.2], [0.1])
