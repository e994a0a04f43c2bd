import numpy as np
import pytest
from scipy import stats

from results.heterogeneity import Part, parts_together
from results.pooled_sites import pooled_sites


def sites(*values, error=0.01):
    return [Part(value, error, 30.0, 2.04) for value in values]


def test_p_is_the_level_at_which_the_interval_of_the_mean_ends_at_zero():
    parts = sites(0.02, 0.05, 0.06, 0.03)
    found = pooled_sites(parts, 0.02)
    edge = parts_together(parts, 1 - found.p).mean
    assert edge.low == pytest.approx(0, abs=1e-9)
    assert found.together.mean == parts_together(parts).mean


def test_equal_is_shown_where_the_two_sided_interval_lies_within_the_margin():
    parts = sites(0.001, -0.002, 0.002, -0.001)
    found = pooled_sites(parts, 0.02)
    edge = parts_together(parts, 1 - 2 * found.p_equal).mean
    assert max(edge.high, -edge.low) == pytest.approx(0.02)
    assert pooled_sites(sites(0.05, 0.06, 0.05), 0.02).p_equal > 0.5


def test_sites_that_differ_leave_the_mean_undecided():
    random = np.random.default_rng(0)
    apart = sites(*(0.02 + random.normal(0, 0.06, 5)), error=0.002)
    assert pooled_sites(apart, 0.02).p > 0.05
    values = [part.value for part in apart]
    assert pooled_sites(apart, 0.02).p == pytest.approx(stats.ttest_1samp(values, 0).pvalue, rel=0.05)


def test_one_site_is_not_pooled():
    with pytest.raises(ValueError, match="at least 2"):
        pooled_sites(sites(0.1), 0.02)
