"""Tests agree with independent implementations."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from results.significance import EXACT_BELOW, delong, mcnemar


def scores(n=120, ties=False, seed=0):
    """Labels and two methods' probabilities that share some of their noise."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, n)
    shared = random.normal(size=n)
    a, b = (0.4 * labels + 0.3 * shared + 0.3 * random.normal(size=n) for _ in range(2))
    return (labels, a.round(1), b.round(1)) if ties else (labels, a, b)


def slow_delong(labels, a, b):
    """AUROCs and the standard error of their difference as DeLong et al. (1988) write them, pair by pair."""
    positive, negative = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    kernel = np.array(
        [
            [[(p[i] > p[j]) + 0.5 * (p[i] == p[j]) for j in negative] for i in positive]
            for p in (np.asarray(a), np.asarray(b))
        ]
    )
    areas = kernel.mean(axis=(1, 2))
    covariance = np.cov(kernel.mean(axis=2)) / len(positive) + np.cov(kernel.mean(axis=1)) / len(negative)
    return areas, np.sqrt([-1, 1] @ covariance @ [-1, 1])


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (0, 6), (9, 2), (12, 12), (3, 21)])
def test_few_discordant_rows_are_tested_by_the_binomial(only_a, only_b):
    right = [(1, 0)] * only_a + [(0, 1)] * only_b + [(1, 1)] * 30 + [(0, 0)] * 10
    labels = np.random.default_rng(0).integers(0, 2, len(right))
    a, b = (np.where(side, labels, 1 - labels) for side in np.array(right).T)
    result = mcnemar(labels, a, b)
    assert (result["only_a_right"], result["only_b_right"], result["exact"]) == (only_a, only_b, True)
    expected = stats.binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1
    assert result["p"] == pytest.approx(expected, abs=1e-12)


def test_many_discordant_rows_are_tested_by_corrected_chi_squared():
    labels, a, b = np.ones(60, int), np.arange(60) < 40, np.arange(60) >= 35
    result = mcnemar(labels, a, b)
    assert result["only_a_right"] + result["only_b_right"] >= EXACT_BELOW
    statistic = (abs(35 - 20) - 1) ** 2 / (35 + 20)
    assert result == {
        "only_a_right": 35,
        "only_b_right": 20,
        "p": pytest.approx(stats.chi2.sf(statistic, 1), abs=1e-12),
        "exact": False,
    }


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_delong_is_that_of_the_pairs(ties, seed):
    labels, a, b = scores(ties=ties, seed=seed)
    areas, error = slow_delong(labels, a, b)
    result = delong(labels, a, b)
    assert [result["auroc_a"], result["auroc_b"]] == pytest.approx(list(areas), abs=1e-12)
    assert result["auroc_b"] == pytest.approx(roc_auc_score(labels, b), abs=1e-12)
    assert result["difference"] == pytest.approx(areas[1] - areas[0], abs=1e-12)
    assert result["standard_error"] == pytest.approx(error, abs=1e-12)
    assert result["p"] == pytest.approx(2 * stats.norm.cdf(-abs(areas[1] - areas[0]) / error), abs=1e-12)
    interval = stats.norm.interval(0.95, areas[1] - areas[0], error)
    assert [result["low"], result["high"]] == pytest.approx(list(interval), abs=1e-12)


def test_under_no_difference_delong_rejects_in_one_of_twenty():
    rejected = [delong(*scores(seed=seed))["p"] <= 0.05 for seed in range(1000)]
    assert 0.03 <= np.mean(rejected) <= 0.07


def test_delong_of_the_other_order_changes_the_sign_alone():
    labels, a, b = scores()
    one, other = delong(labels, a, b), delong(labels, b, a)
    assert one["difference"] == -other["difference"] != 0
    assert one["p"] == pytest.approx(other["p"], abs=1e-12)


def test_delong_is_silent_where_it_has_no_standard_error():
    labels, a, _ = scores()
    same = delong(labels, a, a)
    assert (same["difference"], same["p"], same["low"]) == (0, None, None)
    perfect = delong(labels, labels.astype(float), labels * 0.5)
    assert (perfect["auroc_a"], perfect["auroc_b"], perfect["p"]) == (1, 1, None)
    alone = delong(np.array([1, 0, 0]), np.array([0.5, 0.1, 0.9]), np.array([0.5, 0.1, 0.2]))
    assert (alone["auroc_a"], alone["auroc_b"], alone["standard_error"]) == (0.5, 1, None)
    assert set(delong(np.ones(5), a[:5], a[:5]).values()) == {None}
