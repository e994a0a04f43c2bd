"""Power against simulated estimates, its limits, and the numbers of seeds and studies that reach it."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.stats import nct, norm, t

from results.estimates import Estimate, estimate
from results.power import (
    MOST_TIMES,
    Design,
    Parts,
    parts_of,
    power_of_difference,
    power_of_equality,
    seeds_needed,
    times_needed,
)
from results.uncertainty import Resampled

PARTS = Parts(training=0.013**2, own=0.01**2, shared=0.01**2, patients=300, seeds=3)


def simulated(parts, design, difference, rejects, repeats=20_000):
    """The share of estimates, with estimated variances, that the test rejects."""
    random = np.random.default_rng(0)
    patients, seeds, share = round(parts.patients * design.times), design.seeds, parts.share
    own, shared, none = parts.own / design.times, parts.shared / design.times, np.empty(0)
    found = []
    for _ in range(repeats):
        common = np.sqrt(shared + parts.training * share) * random.standard_normal()
        apart = np.sqrt(parts.training * (1 - share) + own) * random.standard_normal(seeds)
        by_patients = random.chisquare(patients - 1) / (patients - 1)
        others = max(apart.var(ddof=1) - own, 0) / (1 - share)
        between = np.sqrt(apart.var(ddof=1) / seeds + share * others)
        sds = np.sqrt([shared * by_patients, others, (shared + own / seeds) * by_patients])
        value = difference + common + apart.mean()
        found.append(Estimate(value, none, seeds, between, *sds, patients, share))
    return np.mean([rejects(one) for one in found])


@pytest.mark.parametrize("design", [Design(3), Design(5, 4.0), Design(10, 0.5)])
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_power_is_that_of_estimates_with_estimated_variances(design, share):
    parts = replace(PARTS, share=share)
    different = simulated(parts, design, 0.03, lambda e: abs(e.value) > e.reach(0.95), 4000)
    assert power_of_difference(parts, design, 0.03, 0.05) == pytest.approx(different, abs=0.03)
    equal = simulated(parts, design, 0.0, lambda e: abs(e.value) + e.reach(0.9) < 0.03, 4000)
    assert power_of_equality(parts, design, 0.03, 0.05) == pytest.approx(equal, abs=0.03)


def test_one_pool_is_shared_by_any_number_of_seeds():
    parts = replace(PARTS, share=0.5)
    alone = partial(power_of_difference, parts, difference=0.04, level=0.05)
    assert alone(design=Design(1000)) < 0.99 * power_of_difference(PARTS, Design(1000), 0.04, 0.05)


def test_power_without_training_variance_is_the_textbooks():
    parts = Parts(0.0, 0.0, 0.01**2, 100_000, 3)
    assert power_of_difference(parts, Design(3), 0.03, 0.05) == pytest.approx(norm.sf(1.96 - 3), abs=0.001)
    assert power_of_difference(parts, Design(3), 0.0, 0.05) == pytest.approx(0.05, abs=0.001)
    both = 2 * norm.cdf(0.03 / 0.01 - norm.isf(0.05)) - 1
    assert power_of_equality(parts, Design(3), 0.03, 0.05) == pytest.approx(both, abs=0.001)


def test_power_with_training_variance_alone_is_that_of_a_t_test():
    parts = Parts(0.01**2, 0.0, 0.0, 300, 3)
    delta = 0.03 / (0.01 / np.sqrt(5))
    critical = t.isf(0.025, 4)
    expected = nct.sf(critical, 4, delta) + nct.cdf(-critical, 4, delta)
    assert power_of_difference(parts, Design(5), 0.03, 0.05) == pytest.approx(expected, abs=0.005)


def test_without_any_variance_all_is_known():
    parts = Parts(0.0, 0.0, 0.0, 300, 3)
    assert power_of_difference(parts, Design(3), 0.01, 0.05) == 1
    assert power_of_difference(parts, Design(3), 0.0, 0.05) == 0
    assert power_of_equality(parts, Design(3), 0.02, 0.05) == 1
    assert power_of_equality(parts, Design(3), 0.02, 0.05, difference=0.02) == 0


def test_the_numbers_needed_have_the_wanted_power_and_one_less_has_not():
    power = partial(_power, 0.035)
    seeds = seeds_needed(power, 0.8, Design(3))
    assert power(Design(seeds)) >= 0.8 > power(Design(seeds - 1))
    times = times_needed(power, 0.8, Design(5))
    assert power(Design(5, times)) == pytest.approx(0.8, abs=0.01)
    assert times > 1


def test_where_it_is_enough_already_nothing_more_is_needed():
    power = partial(_power, 0.2)
    assert (seeds_needed(power, 0.8, Design(5)), times_needed(power, 0.8, Design(5))) == (5, 1.0)


def test_no_number_where_the_other_part_of_the_variance_is_too_large():
    power = partial(_power, 0.02)
    assert power(Design(3, MOST_TIMES)) < 0.8
    assert times_needed(power, 0.8, Design(3)) is None, "training variance"
    assert seeds_needed(power, 0.8, Design(3)) is None, "test patients"


def test_parts_are_those_of_the_model():
    """Values of seed s are m + a_s + shared + own_s: the parts are found again over many data sets."""
    random = np.random.default_rng(2)
    found = []
    for _ in range(300):
        drawn = {
            seed: 0.02 * shared + 0.01 * own
            for shared in [random.standard_normal(400)]
            for seed, own in enumerate(random.standard_normal((4, 400)))
        }
        common = 0.02 * random.standard_normal()
        values = common + 0.01 * random.standard_normal(4) + 0.03 * random.standard_normal(4)
        found.append(parts_of(estimate({s: Resampled(values[s], drawn[s], 10_000) for s in drawn})))
    assert np.mean([one.training for one in found]) == pytest.approx(0.03**2, rel=0.1)
    assert np.mean([one.own for one in found]) == pytest.approx(0.01**2, rel=0.1)
    assert np.mean([one.shared for one in found]) == pytest.approx(0.02**2, rel=0.1)
    assert (found[0].seeds, found[0].patients) == (4, 10_000)


def test_one_seed_has_no_parts():
    random = np.random.default_rng(0)
    assert parts_of(estimate({0: Resampled(0.1, random.standard_normal(50), 40)})) is None
    assert parts_of(estimate({s: Resampled(np.nan, np.full(50, np.nan), 40) for s in (0, 1)})) is None


def _power(difference, design):
    return power_of_difference(PARTS, design, difference, 0.05)
