"""Body parts together: published examples, and rates in simulations where the truth is known."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from results.estimates import Estimate
from results.heterogeneity import Part, part_of, parts_together

# Colditz et al. 1994 (JAMA 271:698), 13 trials of a vaccine: ill and well with it, ill and well without it
BCG = np.array(
    [
        [4, 119, 11, 128], [6, 300, 29, 274], [3, 228, 11, 209], [62, 13536, 248, 12619],
        [33, 5036, 47, 5761], [180, 1361, 372, 1079], [8, 2537, 10, 619], [505, 87886, 499, 87892],
        [29, 7470, 45, 7232], [17, 1699, 65, 1600], [186, 50448, 141, 27197], [5, 2493, 3, 2338],
        [27, 16886, 29, 17825],
    ],
    float,
)  # fmt: skip
KNOWN = 1e9  # degrees of freedom of a standard error that is known


def known(values, errors):
    return [
        Part(value, error, KNOWN, stats.norm.ppf(0.975)) for value, error in zip(values, errors, strict=True)
    ]


def vaccine():
    """Log risk ratios and their standard errors."""
    ill, well, ill_without, well_without = BCG.T
    treated, untreated = ill + well, ill_without + well_without
    ratios = np.log(ill / treated / (ill_without / untreated))
    return known(ratios, np.sqrt(1 / ill - 1 / treated + 1 / ill_without - 1 / untreated))


def test_the_vaccine_trials_as_published():
    found = parts_together(vaccine())
    # R package metafor, rma(yi, vi, data=dat.bcg, method="PM"): Q(12) = 152.2330, tau^2 = 0.3181
    assert (found.parts, found.df) == (13, 12)
    assert found.q == pytest.approx(152.2330, abs=1e-4)
    assert found.tau**2 == pytest.approx(0.3181, abs=1e-4)
    assert found.i2 == pytest.approx(1 - 12 / 152.2330, abs=1e-5)
    assert found.mean.value == pytest.approx(-0.715, abs=5e-4)


def test_the_mean_and_the_interval_of_a_new_part_as_by_metafor():
    # rma(yi=c(0.40,-0.20,0.55,0.10), vi=c(0.05,0.06,0.04,0.05), method="PM", test="knha"); predict(...):
    # mean 0.22957, tau^2 0.05930, and [-0.70650, 1.16564] for a new one with t at 3 degrees of freedom
    found = parts_together(known([0.40, -0.20, 0.55, 0.10], np.sqrt([0.05, 0.06, 0.04, 0.05])))
    assert found.mean.value == pytest.approx(0.22957, abs=1e-5)
    assert found.tau**2 == pytest.approx(0.05930, abs=1e-5)
    reach = (1.16564 + 0.70650) / 2 / stats.t.ppf(0.975, 3) * stats.t.ppf(0.975, 2)  # Higgins: 4 - 2
    assert found.new_part.high - found.new_part.value == pytest.approx(reach, abs=1e-4)
    assert found.new_part.value - found.new_part.low == pytest.approx(reach, abs=1e-4)


def test_the_mean_s_interval_by_hand():
    values, errors = np.array([0.1, 0.3, -0.1]), np.array([0.05, 0.1, 0.05])
    found = parts_together(known(values, errors), confidence=0.9)
    weights = 1 / (errors**2 + found.tau**2)
    mean = np.average(values, weights=weights)
    assert np.sum(weights * (values - mean) ** 2) == pytest.approx(2, abs=1e-4), "Paule and Mandel"
    variance = np.sum(weights * (values - mean) ** 2) / 2 / weights.sum()  # Hartung and Knapp
    reach = stats.t.ppf(0.95, 2) * np.sqrt(variance)
    assert found.mean == pytest.approx((mean, mean - reach, mean + reach), abs=1e-5)


def test_equal_parts_do_not_make_the_interval_narrower_than_that_of_a_common_effect():
    found = parts_together(known([0.1, 0.1, 0.1, 0.1001], [0.05] * 4))
    assert (found.tau, found.i2) == (0, 0)
    assert found.mean.high - found.mean.value == pytest.approx(stats.t.ppf(0.975, 3) * 0.025)
    assert found.p > 0.99


def test_welch_s_test_is_that_of_the_rows():
    random = np.random.default_rng(0)
    groups = [random.normal(0, sd, n) for sd, n in ((1, 5), (2, 8), (0.5, 12))]
    parts = [Part(g.mean(), g.std(ddof=1) / np.sqrt(len(g)), len(g) - 1, 2.0) for g in groups]
    found, wanted = parts_together(parts), anova_oneway(groups, use_var="unequal")
    assert (found.f, found.df_error) == pytest.approx((wanted.statistic, wanted.df_denom))
    assert found.p == pytest.approx(wanted.pvalue)


def test_known_errors_make_it_cochran_s_test():
    found = parts_together(vaccine()[:4])
    assert found.p == pytest.approx(stats.chi2.sf(found.q, 3), rel=1e-6)


def test_parts_are_shrunken_towards_the_mean_the_less_certain_the_more():
    parts = known([0.1, 0.1, -0.1, -0.1, 0.0], [0.02, 0.2, 0.02, 0.2, 0.05])
    found = parts_together(parts)
    kept = [s.value / p.value for s, p in zip(found.shrunken[:4], parts, strict=False)]
    assert kept[0] > 0.9 > 0.6 > kept[1] > 0
    assert all(s.low < s.value < s.high for s in found.shrunken)
    widths = [
        (s.high - s.low) / (2 * p.quantile * p.error) for s, p in zip(found.shrunken, parts, strict=True)
    ]
    assert max(widths) < 1.05, "hardly wider than the part alone"
    assert widths[1] < 0.9, "and narrower where the others tell much"


@pytest.mark.parametrize(
    ("parts", "predicted", "shrunken"), [(2, False, False), (3, True, False), (4, True, True)]
)
def test_few_parts_say_less(parts, predicted, shrunken):
    found = parts_together(known(np.linspace(0, 0.1, parts), [0.05] * parts))
    assert (found.new_part is not None, found.shrunken is not None) == (predicted, shrunken)


@pytest.mark.parametrize("parts", [0, 1])
def test_one_part_is_refused(parts):
    with pytest.raises(ValueError, match=f"{parts} body parts? with a standard error"):
        parts_together(known([0.1] * parts, [0.1] * parts))


def estimate(value=0.1, seeds=5, between=0.01, shared=0.02, patients=50):
    return Estimate(value, np.zeros(2), seeds, between, shared, between * seeds**0.5, shared, patients)


def test_a_part_has_the_whole_error_and_its_degrees_of_freedom():
    part = part_of(estimate())
    assert part.error == pytest.approx(np.hypot(0.01, 0.02))
    assert part.df == pytest.approx(0.0005**2 / (0.0001**2 / 4 + 0.0004**2 / 49))
    assert part.quantile * part.error == pytest.approx(estimate().reach(0.95))
    assert part_of(estimate(seeds=1, between=0.0)).df == pytest.approx(49)


@pytest.mark.parametrize("of", [{"value": np.nan}, {"shared": np.nan}, {"between": 0.0, "shared": 0.0}])
def test_a_part_without_a_standard_error_is_none(of):
    assert part_of(estimate(**of)) is None


def worlds(parts, seeds, training, tau=0.0, test=0.02, patients=60, number=500):
    """Data sets of parts whose differences have training noise, and their true differences."""
    random = np.random.default_rng([parts, seeds])
    for _ in range(number):
        true = random.normal(0, tau, parts)
        drawn = random.normal(0, test, (parts, 1)) + random.normal(0, training, (parts, seeds))
        tested = test * np.sqrt(random.chisquare(patients - 1, parts) / (patients - 1))
        between = drawn.std(axis=1, ddof=1) / np.sqrt(seeds)
        values = true + drawn.mean(axis=1)
        made = zip(values, between, tested, strict=True)
        yield true, [part_of(estimate(v, seeds, b, t, patients)) for v, b, t in made]


def test_training_noise_is_not_called_a_difference_of_parts():
    rejected = [parts_together(parts).p < 0.05 for _, parts in worlds(7, 3, training=0.04, number=1000)]
    chi2 = [
        stats.chi2.sf(parts_together(parts).q, 6) < 0.05
        for _, parts in worlds(7, 3, training=0.04, number=1000)
    ]
    assert 0.03 <= np.mean(rejected) <= 0.07
    assert np.mean(chi2) > 0.1, "what Welch's test is for"


def test_intervals_of_shrunken_parts_hold_the_truth_and_are_nearer_to_it():
    held, apart, raw = [], [], []
    for true, parts in worlds(7, 3, training=0.02, tau=0.02):
        for wanted, part, shrunken in zip(true, parts, parts_together(parts).shrunken, strict=True):
            held.append(shrunken.low <= wanted <= shrunken.high)
            apart.append((shrunken.value - wanted) ** 2)
            raw.append((part.value - wanted) ** 2)
    assert 0.94 <= np.mean(held) <= 0.985
    assert np.mean(apart) < 0.75 * np.mean(raw)
