import numpy as np
import pytest
from scipy import stats

from results.uncertainty import (
    FEW,
    Resampled,
    fewest_patients,
    interval,
    limit_bounds,
    patient_weights,
    percentile_interval,
    standard_error,
    warning,
)

UNIT = (0.0, 1.0)
PATIENTS = np.array([f"p{i % 40}" for i in range(100)], dtype=object)


def test_patients_are_drawn_whole():
    weights = patient_weights(PATIENTS, 200)
    assert weights.shape == (100, 200)
    for patient in set(PATIENTS):
        assert (weights[patient == PATIENTS] == weights[patient == PATIENTS][0]).all()


def test_each_resampling_draws_as_many_patients_as_there_are():
    weights = patient_weights(PATIENTS, 200)
    _, first_rows = np.unique(PATIENTS.astype(str), return_index=True)
    assert (weights[first_rows].sum(axis=0) == 40).all()


def test_cells_are_paired_whatever_the_order_of_their_rows():
    order = np.random.default_rng(0).permutation(100)
    assert np.array_equal(patient_weights(PATIENTS, 50)[order], patient_weights(PATIENTS[order], 50))
    assert not np.array_equal(patient_weights(PATIENTS, 50), patient_weights(PATIENTS, 50, seed=1))


def test_the_percentile_interval_is_central_and_ignores_undefined_resamplings():
    values = np.append(np.linspace(0, 1, 1001), np.nan)
    low, high = percentile_interval(values, 0.9)
    assert (low, high) == (pytest.approx(0.05), pytest.approx(0.95))
    assert np.isnan(percentile_interval(np.full(10, np.nan), 0.95)).all()


def drawn(value, error, patients=50, size=4000):
    """Resamplings with exactly this mean and standard deviation."""
    normal = np.random.default_rng(4).standard_normal(size)
    return Resampled(value, value + error * (normal - normal.mean()) / normal.std(ddof=1), patients)


def constant(value, patients=50):
    return Resampled(value, np.full(100, value), patients)


def test_of_a_mean_the_standard_error_and_interval_are_the_textbook_s():
    values = np.random.default_rng(5).normal(0.3, 1, 50)
    patients = np.array([f"p{i}" for i in range(50)])
    resampled = Resampled(values.mean(), values @ patient_weights(patients, 40_000) / 50, 50)
    assert standard_error(resampled) == pytest.approx(stats.sem(values), rel=0.02)
    textbook = stats.t.interval(0.9, 49, values.mean(), stats.sem(values))
    assert interval(resampled, 0.9) == pytest.approx(textbook, abs=0.01)


def test_interval_by_hand():
    resampled = Resampled(0.8, np.array([0.7, 0.8, 0.9]), 5)
    error = 0.1 * np.sqrt(5 / 4)
    t95 = 2.7764451  # four degrees of freedom
    assert interval(resampled, 0.95) == pytest.approx((0.8 - t95 * error, 0.8 + t95 * error))
    odds = [4 * np.exp(sign * t95 * error / (0.8 * 0.2)) for sign in (-1, 1)]
    assert interval(resampled, 0.95, (0, 1)) == pytest.approx([o / (1 + o) for o in odds])


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_on_minus_one_to_one_the_interval_is_by_fisher_s_z(confidence):
    value, error, patients = 0.6, 0.1, 80
    low, high = interval(drawn(value, error, patients), confidence, (-1, 1))
    error *= np.sqrt(80 / 79)
    reach = stats.t.ppf((1 + confidence) / 2, 79) * error / (1 - value**2)
    assert (low, high) == pytest.approx(
        (np.tanh(np.arctanh(value) - reach), np.tanh(np.arctanh(value) + reach))
    )


@pytest.mark.parametrize(
    ("value", "limits"), [(0.97, (0, 1)), (0.02, (0, 1)), (-0.9, (-1, 1)), (0.999999, (0, 1))]
)
def test_the_interval_stays_within_the_limits_and_leans_away_from_the_nearer(value, limits):
    low, high = interval(drawn(value, 0.05, 100), 0.95, limits)
    assert limits[0] <= low < value < high <= limits[1]
    assert (value - low > high - value) == (value > sum(limits) / 2)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_on_a_limit_there_is_a_one_sided_bound(value):
    low, high = interval(constant(value, patients=20), 0.95, (0, 1))
    assert value in (low, high)
    # with this share of errors, 20 patients show none in 5 of 100 test sets
    assert (1 - (high - low)) ** 20 == pytest.approx(0.05)
    assert interval(constant(value, patients=20), 0.9, (0, 1)) == limit_bounds(value, 20, 0.9, (0, 1))
    assert np.isnan(interval(constant(value, patients=0), 0.95, (0, 1))).all()


def test_the_patients_that_count_are_those_of_the_rarer_label():
    patients = np.array(["a", "a", "b", "c", "d", "a"], dtype=object)
    assert fewest_patients(patients, np.array([1, 1, 0, 0, 0, 0])) == 1
    assert fewest_patients(patients, np.array([1, 1, 1, 0, 0, 0])) == 2
    assert fewest_patients(patients, np.zeros(6, int)) == 4, "a label that does not occur is not counted"
    assert fewest_patients(patients[:0], np.zeros(0, int)) == 0


def test_a_value_without_spread_is_its_own_interval():
    assert interval(constant(0.5), 0.95, (0, 1)) == (0.5, 0.5)


def test_too_many_undefined_resamplings_leave_nothing():
    values = np.where(np.arange(100) < 50, np.nan, 0.3)
    resampled = Resampled(0.3, values, 50)
    assert np.isnan(standard_error(resampled))
    assert np.isnan(interval(resampled, 0.95, (0, 1))).all()
    assert np.isfinite(standard_error(Resampled(0.3, np.append(values, 0.4), 50)))


@pytest.mark.parametrize("patients", [0, 1])
def test_one_patient_says_nothing(patients):
    assert np.isnan(interval(drawn(0.3, 0.1, patients), 0.95, (0, 1))).all()


def test_an_undefined_value_has_no_interval():
    resampled = Resampled(float("nan"), drawn(0.3, 0.1).drawn, 50)
    assert np.isnan(interval(resampled, 0.95, (0, 1))).all()
    assert np.isnan(interval(resampled, 0.95)).all()


def test_near_the_ceiling_it_covers_where_percentiles_do_not():
    """A mean of 0.9 on 0 .. 1 of 40 patients: skewed, as an AUROC near one is."""
    random, covered = np.random.default_rng(6), np.zeros(2)
    patients = np.array([f"p{i}" for i in range(40)])
    for seed in range(600):
        values = random.beta(1.8, 0.2, 40)
        resampled = Resampled(values.mean(), values @ patient_weights(patients, 300, seed) / 40, 40)
        intervals = percentile_interval(resampled.drawn, 0.95), interval(resampled, 0.95, (0, 1))
        covered += [low <= 0.9 <= high for low, high in intervals]
    assert covered[0] / 600 < 0.93 < covered[1] / 600 < 0.97


def test_few_patients_and_values_near_a_limit_are_warned_of():
    assert warning(0.9, FEW, UNIT) is None
    assert warning(0.9, 1, UNIT) == "1 patient of the rarer label, fewer than 20"
    assert warning(0.9, FEW - 1, UNIT) == "19 patients of the rarer label, fewer than 20"
    assert warning(0.99, 99, UNIT) == "too near to the metric's limit for 99 patients of the rarer label"
    assert warning(0.01, 99, UNIT) == warning(0.99, 99, UNIT)
    assert warning(0.99, 101, UNIT) is None
    assert warning(0.98, 99, (-1, 1)) == warning(0.99, 99, UNIT)
    assert warning(7.0, 99, None) is None
    assert warning(float("nan"), 99, UNIT) is None


def test_a_value_that_no_resampling_changes_is_not_surely_what_it_is():
    same = np.full(50, 0.75)  # one class perfect, two constant: (1 + 0.5 + 0.5) / 3 and the like
    low, high = interval(Resampled(0.75, same, 30), 0.95, UNIT)
    reach = 1 - limit_bounds(1.0, 30, 0.95, UNIT)[0]
    assert (low, high) == pytest.approx((0.75 - reach, 0.75 + reach))
    assert interval(Resampled(0.98, same * 0 + 0.98, 30), 0.95, UNIT)[1] == 1.0, "no bound is beyond a limit"


def test_a_constant_score_has_exactly_its_auroc_and_kappa():
    assert interval(Resampled(0.5, np.full(50, 0.5), 30), 0.95, UNIT) == (0.5, 0.5)
    assert interval(Resampled(0.0, np.zeros(50), 30), 0.95, (-1.0, 1.0)) == (0.0, 0.0)
