"""Differences between cells of one test set are paired by patient."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from results.comparison import OVER_SEEDS, compare, difference_of, differences, mean_of
from results.predicted import Predicted
from results.uncertainty import Resampled


@pytest.fixture(scope="module")
def truth():
    """60 patients with one to three studies of one image each."""
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(60), rng.integers(1, 4, 60)).astype(str)
    studies = [f"s{i}" for i in range(len(patients))]
    return pd.DataFrame(
        {
            "image": [f"i{i}" for i in range(len(patients))],
            "study": studies,
            "patient": patients,
            "body_part": "wrist",
            "label": rng.integers(0, 2, len(patients)),
        }
    )


def scored(truth, strength, seed):
    """Predictions that see the label with this strength."""
    noise = np.random.default_rng(seed).normal(size=len(truth))
    return truth.assign(probability=1 / (1 + np.exp(-strength * truth["label"] - noise)))


def resampled(predictions):
    return Predicted(predictions).per_unit("study").resampled("auroc", 400)


def test_the_difference_is_that_of_the_metric_and_its_interval_is_paired(truth):
    weak, strong = (scored(truth, strength, seed=1) for strength in (0.5, 1.5))
    rows = differences({0: resampled(weak)}, {0: resampled(strong)})
    assert [row["seed"] for row in rows] == [0, OVER_SEEDS]
    values = [roc_auc_score(p["label"], p["probability"]) for p in (weak, strong)]
    assert rows[0]["difference"] == pytest.approx(values[1] - values[0])
    assert rows[0]["low"] < rows[0]["difference"] < rows[0]["high"]
    drawn = [resampled(p).drawn for p in (weak, strong)]
    unpaired = np.percentile(drawn[1] - np.random.default_rng(0).permutation(drawn[0]), [2.5, 97.5])
    assert rows[0]["high"] - rows[0]["low"] < 0.7 * np.diff(unpaired)[0], "the same noise: pairing pays"


def test_a_method_against_itself_differs_by_nothing(truth):
    side = {0: resampled(scored(truth, 1, seed=1))}
    found = [
        tuple(row[name] for name in ("difference", "low", "high", "p")) for row in differences(side, side)
    ]
    assert found == [(0, 0, 0, 1)] * 2


def drawn(value, error, patients=50, seed=4, size=4000):
    """Resamplings with exactly this mean and standard deviation."""
    normal = np.random.default_rng(seed).standard_normal(size)
    return Resampled(value, value + error * (normal - normal.mean()) / normal.std(ddof=1), patients)


def constant(value, patients=50, size=4000):
    return Resampled(value, np.full(size, value), patients)


def apart(difference, error, patients=50, limits=None):
    """Two cells, one without any spread, whose difference has this standard error."""
    return compare({0: constant(0.5, patients)}, {0: drawn(0.5 + difference, error, patients)}, limits)


def test_without_limits_interval_and_p_are_student_s():
    found, error = apart(0.1, 0.05), 0.05 * np.sqrt(50 / 49)
    assert found.interval(0.9) == pytest.approx(stats.t.interval(0.9, 49, 0.1, error))
    assert found.p() == pytest.approx(2 * stats.t.sf(0.1 / error, 49), rel=1e-6)
    assert found.p_above(0.02) == pytest.approx(stats.t.sf(0.08 / error, 49), rel=1e-6)
    assert found.p_below(0.02) == pytest.approx(stats.t.cdf(0.08 / error, 49), rel=1e-6)
    small = apart(0.01, 0.005)
    assert small.p_equal(0.03) == pytest.approx(stats.t.sf(0.02 / 0.005 * np.sqrt(49 / 50), 49), rel=1e-6)


@pytest.mark.parametrize("limits", [None, (0, 1)])
@pytest.mark.parametrize("patients", [5, 300])
def test_p_is_below_a_level_just_when_the_interval_leaves_out_zero(patients, limits):
    decisions = set()
    for difference in np.linspace(-0.4, 0.4, 41):
        found = apart(difference, 0.05, patients, limits)
        low, high = found.interval(0.95)
        decisions.add(found.p() < 0.05)
        assert (found.p() < 0.05) == (not low <= 0 <= high)
    assert decisions == {True, False}


def test_p_becomes_as_small_as_many_comparisons_need():
    assert 1e-12 < apart(0.3, 0.05, patients=200).p() < 2 / 201 / 24


def test_without_spread_p_is_one_or_undefined():
    one, other = ({0: constant(value)} for value in (0.5, 0.6))
    assert compare(one, one, (0, 1)).p() == 1
    assert np.isnan(compare(one, other, None).p())
    assert compare(one, other, None).interval(0.95) == pytest.approx((0.1, 0.1))


def test_without_spread_the_reach_is_that_of_errors_not_seen():
    one, other = ({0: constant(value, patients=59)} for value in (0.5, 0.6))
    reach = 1 - 0.05 ** (1 / 59)
    assert compare(one, other, (0, 1)).interval(0.95) == pytest.approx((0.1 - reach, 0.1 + reach))
    assert compare(one, other, (0, 1)).p() == pytest.approx(0.9**59)
    assert np.isnan(compare(one, other, (0, 1)).detectable(0.05))


def test_far_from_the_limits_the_interval_is_symmetrical():
    first, second = {0: drawn(0.5, 0.01, seed=1)}, {0: drawn(0.51, 0.01, seed=2)}
    plain, bounded = (compare(first, second, limits) for limits in (None, (0, 1)))
    assert bounded.interval(0.95) == pytest.approx(plain.interval(0.95), rel=0.01)


def test_near_a_limit_the_interval_leans_to_where_the_better_one_could_be_worse():
    found = compare({0: drawn(0.5, 0.001, seed=1)}, {0: drawn(0.99, 0.01, seed=2)}, (0, 1))
    low, high = found.interval(0.95)
    assert 0.49 - low > 2 * (high - 0.49)
    assert high == pytest.approx(0.49 + found.estimate.reach(0.95))


def test_two_perfect_methods_have_an_interval():
    perfect = {seed: constant(1.0, patients=59) for seed in (0, 1)}
    found = compare(perfect, perfect, (0, 1))
    low, high = found.interval(0.95)
    assert (low, high) == (pytest.approx(-0.05, abs=0.002), pytest.approx(0.05, abs=0.002))
    assert found.p() == 1
    assert found.p_equal(0.2) < 0.05 < found.p_equal(0.02)


def test_what_could_be_detected_is_found_with_that_power():
    error, random = 0.02, np.random.default_rng(0)
    reach = apart(0.0, error, patients=60).detectable(0.05, 0.8)
    found = [apart(reach + random.normal(0, error), error, 60).p() for _ in range(400)]
    assert np.mean(np.array(found) <= 0.05) == pytest.approx(0.8, abs=0.05)


def test_training_variance_is_in_interval_and_p():
    same = drawn(0.8, 0.003, 500)
    first = dict.fromkeys(range(5), same)
    moved = [0.001, 0.03, -0.003, 0.012, -0.003]  # as measured on PneumoniaMNIST: statistics of five seeds
    second = {seed: Resampled(0.8 + m, same.drawn + m, 500) for seed, m in enumerate(moved)}
    found = compare(first, second, (0, 1))
    low, high = found.interval(0.95)
    assert low < 0 < high
    assert found.p() > 0.05
    alone = compare({0: same}, {0: Resampled(0.83, same.drawn + 0.03 + 1e-4 * same.drawn, 500)}, (0, 1))
    assert alone.p() < 0.05, "one trained pair"


def test_a_mean_and_a_difference_are_taken_within_each_draw():
    first, second = (Resampled(v, np.array(d), 9) for v, d in ((0.5, [0.4, 0.7]), (0.7, [0.8, 0.7])))
    mean, difference = mean_of([first, second]), difference_of(first, second)
    assert (mean.value, list(mean.drawn)) == (pytest.approx(0.6), pytest.approx([0.6, 0.7]))
    assert (difference.value, list(difference.drawn)) == (pytest.approx(0.2), pytest.approx([0.4, 0]))
    assert mean.patients == difference.patients == 9


def test_over_seeds_is_the_mean_over_the_seeds_that_both_have(truth):
    first = {seed: resampled(scored(truth, 0.5, seed)) for seed in (0, 1, 2)}
    second = {seed: resampled(scored(truth, 1.5, seed + 10)) for seed in (1, 2, 3)}
    rows = differences(first, second)
    assert [row["seed"] for row in rows] == [1, 2, OVER_SEEDS]
    assert rows[-1]["difference"] == pytest.approx(np.mean([row["difference"] for row in rows[:2]]))


def test_no_common_seed_is_no_row(truth):
    side = resampled(scored(truth, 1, seed=1))
    assert differences({0: side}, {1: side}) == []
    with pytest.raises(ValueError, match="no common seed"):
        compare({0: side}, {1: side}, None)


def test_one_class_is_undefined(truth):
    side = {0: resampled(scored(truth.assign(label=1), 1, seed=1))}
    assert {(row["difference"], row["p"]) for row in differences(side, side)} == {(None, None)}


def test_no_bound_is_further_than_the_limits_are_apart():
    two = {seed: drawn(0.5 + 0.2 * seed, 0.02, seed=seed) for seed in (0, 1)}
    found = compare({seed: constant(0.5) for seed in two}, two, (0, 1))
    assert found.interval(0.999) == (-1, 1)
    assert 0 < found.p() <= 1
    assert 0 < found.p(0.5) <= 1
