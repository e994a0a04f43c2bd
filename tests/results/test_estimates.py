"""The mean over seeds holds both parts of its variance, each found where it was planted."""

import numpy as np
import pytest
from scipy import stats

from results.estimates import estimate
from results.uncertainty import Resampled, interval, patient_weights, standard_error

PATIENTS, SEEDS = 200, 3
MANY = 10**12  # patients: so many that their number widens nothing


def seeds_of(values, drawn, patients=MANY):
    return {
        seed: Resampled(float(v), d, patients) for seed, (v, d) in enumerate(zip(values, drawn, strict=True))
    }


def run(training, shared, own, random, seeds=SEEDS, resamples=200):
    """Per-seed means over patients, resampled: with spread between seeds, patients, and both at once."""
    rows = random.normal(0, shared, PATIENTS) + random.normal(0, own, (seeds, PATIENTS))
    rows += random.normal(0, training, (seeds, 1))
    weights = patient_weights(np.arange(PATIENTS).astype(object), resamples)
    return estimate(seeds_of(rows.mean(axis=1), rows @ weights / PATIENTS, PATIENTS))


def test_the_parts_by_hand():
    drawn = np.array([[0.6, 0.8, 0.7, 0.7], [0.7, 0.9, 0.8, 0.8], [0.8, 1.0, 0.9, 0.9]])  # moving together
    found = estimate(seeds_of([0.7, 0.8, 0.9], drawn))
    test = np.std([0.7, 0.9, 0.8, 0.8], ddof=1)
    assert (found.seeds, found.value) == (3, pytest.approx(0.8))
    assert (found.training_sd, found.test_sd) == (pytest.approx(0.1), pytest.approx(test))
    assert (found.between, found.shared) == (pytest.approx(0.1 / np.sqrt(3)), pytest.approx(test))
    assert found.error == pytest.approx(np.sqrt(0.01 / 3 + test**2))
    t = stats.t.ppf(0.975, 2), stats.norm.ppf(0.975)  # two degrees of freedom, and very many
    assert found.reach(0.95) == pytest.approx(np.hypot(t[0] * 0.1 / np.sqrt(3), t[1] * test))
    assert found.interval(0.95) == pytest.approx((0.8 - found.reach(0.95), 0.8 + found.reach(0.95)))


def test_what_the_test_patients_explain_is_not_the_trainings():
    random = np.random.default_rng(0)
    runs = [run(training=0, shared=1, own=1, random=random) for _ in range(300)]
    expected = 1 / PATIENTS
    assert np.mean([r.between**2 * SEEDS for r in runs]) == pytest.approx(expected, rel=0.15)
    assert np.mean([r.training_sd == 0 for r in runs]) > 0.5
    assert np.mean([r.test_sd**2 for r in runs]) == pytest.approx(expected * (1 + 1 / SEEDS), rel=0.05)


def test_the_error_is_the_spread_of_the_mean_over_other_seeds_and_patients():
    random = np.random.default_rng(0)
    runs = [run(training=0.1, shared=1, own=0.5, random=random) for _ in range(400)]
    observed = np.var([r.value for r in runs])
    assert np.mean([r.error**2 for r in runs]) == pytest.approx(observed, rel=0.15)
    assert np.mean([r.test_sd**2 for r in runs]) < 0.75 * observed
    assert np.mean([r.training_sd**2 for r in runs]) == pytest.approx(0.1**2, rel=0.15)


@pytest.mark.parametrize(("training", "seeds"), [(0, 3), (0.1, 3), (0.3, 3), (0, 5), (0.1, 5), (0.3, 5)])
def test_the_interval_covers_another_training_set(training, seeds):
    random = np.random.default_rng(seeds)
    runs = [run(training, 1, 0.7, random, seeds, resamples=100) for _ in range(500)]
    covered = np.mean([low <= 0 <= high for low, high in (r.interval(0.95) for r in runs)])
    assert 0.93 <= covered <= (0.99 if seeds == 3 else 0.98)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_subsets_of_one_pool_stand_for_other_pools(share):
    """Means of subsets of one pool vary less than those of other pools, and all depend on their pool."""
    random, pool = np.random.default_rng(9), 400
    covered, spreads = 0, []
    for _ in range(400):
        images = random.standard_normal(pool)
        means = [random.permutation(images)[: int(share * pool)].mean() for _ in range(5)]
        found = estimate(seeds_of(means, np.tile(means, (50, 1)).T), share)
        low, high = found.interval(0.95)
        covered += low <= 0 <= high
        spreads.append(found.training_sd**2)
    assert np.mean(spreads) == pytest.approx(1 / (share * pool), rel=0.1)
    assert covered / 400 == pytest.approx(0.95, abs=0.03)
    plain = estimate(seeds_of(means, np.tile(means, (50, 1)).T))
    assert plain.reach(0.95) < found.reach(0.95)
    assert plain.error == pytest.approx(plain.between)
    assert found.error == pytest.approx(found.between)


def test_two_way_draws_vary_as_the_error_says():
    found = run(training=0.2, shared=1, own=0.5, random=np.random.default_rng(1), seeds=10, resamples=20_000)
    deviation = np.std(found.drawn)
    # Student's t of nine degrees of freedom varies by 9 / 7 of its scale
    expected = np.sqrt(found.test_sd**2 + found.training_sd**2 / 10 * 9 / 7)
    assert deviation == pytest.approx(expected, rel=0.05)
    again = run(training=0.2, shared=1, own=0.5, random=np.random.default_rng(1), seeds=10, resamples=20_000)
    assert np.array_equal(found.drawn, again.drawn)


def test_draws_of_other_sizes_move_with_the_same_seeds():
    spread, flat = np.array([[0.1], [0.2], [0.6]]), np.zeros((3, 500))
    small, large = (estimate(seeds_of(scale * spread[:, 0], flat)) for scale in (1, 3))
    assert np.corrcoef(small.drawn, large.drawn)[0, 1] == pytest.approx(1)


def test_one_seed_has_the_test_patients_spread_alone():
    cell = Resampled(0.8, np.array([0.7, 0.9, 0.8]), 5)
    found = estimate({4: cell})
    assert found.error == found.test_sd == standard_error(cell)
    assert np.isnan(found.training_sd)
    assert found.interval(0.9, (0, 1)) == interval(cell, 0.9, (0, 1))
    assert np.array_equal(found.drawn, cell.drawn)


def test_undefined_values_and_draws():
    drawn = np.array([[0.7, 0.9, np.nan, 0.8], [0.7, 0.9, 0.8, 0.8]])
    assert estimate(seeds_of([0.7, 0.8], drawn)).test_sd == pytest.approx(0.1)
    nothing = estimate(seeds_of([0.7, 0.8], np.where(np.arange(4) < 2, np.nan, drawn)))
    assert np.isnan([nothing.error, nothing.training_sd, *nothing.interval(0.95)]).all()
    unknown = estimate(seeds_of([0.7, float("nan")], drawn))
    assert np.isnan([unknown.value, *unknown.interval(0.95, (0, 1))]).all()


def test_a_perfect_score_in_every_seed_has_a_one_sided_bound():
    found = estimate(seeds_of([1.0, 1.0], np.ones((2, 100)), patients=59))
    low, high = found.interval(0.95, (0, 1))
    assert (low, high) == (pytest.approx(1 - 3 / 59, abs=0.002), 1)


def test_no_seed_is_refused():
    with pytest.raises(ValueError, match="at least one seed"):
        estimate({})


def test_a_mean_over_seeds_without_any_spread_has_the_reach_of_unseen_errors():
    found = estimate(seeds_of([0.75, 0.75], np.full((2, 4), 0.75), 30))
    low, high = found.interval(0.95, (0.0, 1.0))
    assert high - 0.75 == pytest.approx(0.75 - low) == pytest.approx(1 - 0.05 ** (1 / 30))
