"""Learning-curve fits say what they know, what they extrapolate, and why there is none."""

import json

import numpy as np
import pytest
from scipy.optimize import curve_fit

from results.curve_fits import EXPONENTIAL, LAWS, POWER, centre_of, fit_curve, fit_many, fit_one

SIZES = [100, 300, 1000, 3000]
FIVE_SIZES = np.array([100.0, 300, 1000, 3000, 10_000])
RELATIVE = FIVE_SIZES / centre_of(FIVE_SIZES)
EQUAL = np.full(len(FIVE_SIZES), 0.01)


def law(sizes, asymptote=0.9, scale=1.2, exponent=0.35):
    return asymptote - scale * np.array(sizes, float) ** -exponent


def fit(sizes, values, at, drawn=None, errors=None, of=POWER):
    return fit_curve(of, sizes, values, [0.01] * len(values) if errors is None else errors, at, drawn)


def test_the_law_is_found_and_carried_beyond_the_data():
    result = fit(SIZES, law(SIZES), [50, 100, 2000, 3000, 30_000])
    assert result["parameters"] == pytest.approx({"asymptote": 0.9, "scale": 1.2, "exponent": 0.35}, rel=1e-3)
    assert [p["extrapolated"] for p in result["predictions"]] == [True, False, False, False, True]
    values = [p["value"] for p in result["predictions"]]
    assert values == pytest.approx(list(law([50, 100, 2000, 3000, 30_000])), abs=1e-5)
    assert {p["low"] for p in result["predictions"]} == {None}
    assert (result["checked"], result["at_bounds"], result["reason"]) == (True, [], None)
    assert result["residual"] < 1e-6
    json.dumps(result)


def test_bounds_are_those_of_the_fits_to_the_draws():
    random = np.random.default_rng(0)
    shift = random.normal(0, 0.02, 500)  # the same for all sizes: the law moves as a whole
    drawn = law(SIZES)[:, None] + shift
    result = fit(SIZES, law(SIZES), [1000, 30_000], drawn)
    for point in result["predictions"]:
        low, high = np.quantile(point["value"] + shift, [0.025, 0.975])
        assert [point["low"], point["high"]] == pytest.approx([low, high], abs=0.002)


def test_the_further_from_the_data_the_wider():
    random = np.random.default_rng(0)
    drawn = law(SIZES)[:, None] + random.normal(0, 0.01, (4, 500))
    near, far = fit(SIZES, law(SIZES), [1000, 100_000], drawn)["predictions"]
    assert far["high"] - far["low"] > 2 * (near["high"] - near["low"])
    assert near["low"] < near["value"] < near["high"]


def test_undefined_sizes_and_draws_are_left_out():
    sizes = [100, 200, *SIZES[1:], 9000]
    values = np.where(np.isin(sizes, SIZES), law(sizes), np.nan)
    drawn = np.tile(values[:, None], 10)
    drawn[0, :4] = np.nan
    result = fit(sizes, values, [3000, 9000], drawn)
    assert [p["extrapolated"] for p in result["predictions"]] == [False, True]
    assert result["predictions"][0]["low"] == pytest.approx(law([3000])[0], abs=1e-3)
    drawn[2, 4:6] = np.nan
    assert fit(sizes, values, [3000], drawn)["predictions"][0]["low"] is None


def test_three_sizes_are_fitted_but_not_checked():
    result = fit(SIZES[:3], [0.6, 0.75, 0.8], [100])
    assert result["parameters"] is not None
    assert result["checked"] is False


def test_an_asymptote_that_the_data_do_not_show_is_marked():
    rising = 0.3 + 0.1 * np.log10(SIZES)
    assert fit(SIZES, rising, [])["at_bounds"] == ["asymptote"]


@pytest.mark.parametrize(
    ("sizes", "values", "reason"),
    [
        ([], [], "0 sizes"),
        (SIZES[:2], [0.6, 0.7], "2 sizes"),
        (SIZES, [0.6, 0.7, np.nan, np.nan], "2 sizes"),
        (SIZES, [0.9, 0.8, 0.7, 0.6], "do not grow"),
        (SIZES, [0.5] * 4, "do not grow"),
        (SIZES, [0.6, 0.7, 0.8, 1.1], "above 1.0"),
    ],
)
def test_no_fit_says_why(sizes, values, reason):
    result = fit(sizes, values, [100, 9000])
    assert reason in result["reason"]
    assert (result["parameters"], result["residual"], result["checked"]) == (None, None, False)
    nothing = {"value": None, "low": None, "high": None, "extrapolated": None}
    assert result["predictions"] == [{"size": 100, **nothing}, {"size": 9000, **nothing}]


def test_no_convergence_is_a_reason(monkeypatch):
    def fails(*_):
        raise RuntimeError("too many steps")

    monkeypatch.setattr("results.curve_fits.fit_one", fails)
    assert fit(SIZES, law(SIZES), [100])["reason"] == "the fit did not converge: too many steps"


@pytest.mark.parametrize(
    ("sizes", "values", "at", "drawn", "message"),
    [
        ([100, 200], [0.5], [], None, "one length"),
        ([100, 200], [0.5, 0.6], [], np.zeros((3, 5)), "one length"),
        ([0, 200], [0.5, 0.6], [], None, "different and at least 1"),
        ([100, 100], [0.5, 0.6], [], None, "different and at least 1"),
        ([100, 200], [0.5, 0.6], [0], None, "different and at least 1"),
    ],
)
def test_what_does_not_fit_together_is_refused(sizes, values, at, drawn, message):
    with pytest.raises(ValueError, match=message):
        fit(sizes, values, at, drawn)


def noisy(curves, noise=0.01, sizes=RELATIVE):
    """(n_sizes, curves): metrics, so none above 1."""
    random = np.random.default_rng(0)
    law = POWER.value(sizes[:, None], 0.9, 0.1, 0.4)
    return (law + random.normal(0, noise, (len(sizes), curves))).clip(max=1)


def squares(parameters, values):
    return np.sum((POWER.value(RELATIVE, *parameters) - values) ** 2)


def plain_fit(values):
    """curve_fit from an ordinary start, without derivatives."""
    bounds = [-np.inf, 0, POWER.limits[0]], [1, np.inf, POWER.limits[1]]
    start = [min(values.max() + 0.01, 1), 0.05, 0.5]
    return curve_fit(POWER.value, RELATIVE, values, start, bounds=bounds, max_nfev=5000)[0]


@pytest.mark.parametrize("planted", [(0.95, 0.1, 0.3), (0.8, 0.02, 1.5), (1.0, 0.3, 0.05)])
def test_planted_parameters_are_found(planted):
    values = POWER.value(RELATIVE, *planted)
    assert fit_one(POWER, FIVE_SIZES, values, EQUAL, best=1.0) == pytest.approx(planted, rel=1e-4)
    assert fit_many(POWER, FIVE_SIZES, values[:, None], EQUAL, best=1.0)[:, 0] == pytest.approx(
        planted, rel=0.05
    )


@pytest.mark.parametrize("noise", [0.005, 0.02])
def test_no_curve_is_fitted_worse_than_by_curve_fit(noise):
    curves = noisy(100, noise)
    together = fit_many(POWER, FIVE_SIZES, curves, EQUAL, best=1.0)
    wanted = np.array([100, 5000, 30_000]) / centre_of(FIVE_SIZES)
    for values, many in zip(curves.T, together.T, strict=True):
        one, plain = fit_one(POWER, FIVE_SIZES, values, EQUAL, best=1.0), plain_fit(values)
        assert squares(one, values) <= squares(plain, values) + 1e-8
        assert squares(many, values) <= squares(plain, values) + 1e-5
        assert POWER.value(wanted, *many) == pytest.approx(POWER.value(wanted, *one), abs=0.002)


def test_the_fit_keeps_its_bounds():
    random = np.random.default_rng(0)
    curves = np.sort(random.uniform(0.5, 1, (5, 300)), axis=0)
    curves[:, ::3] = curves[::-1, ::3]  # a third falls
    asymptote, scale, exponent = fit_many(POWER, FIVE_SIZES, curves, EQUAL, best=1.0)
    assert asymptote.max() <= 1
    assert (scale[::3] == 0).all()
    assert asymptote[::3] == pytest.approx(curves[:, ::3].mean(axis=0))
    assert scale.min() >= 0
    assert exponent.min() >= POWER.limits[0]
    assert exponent.max() <= POWER.limits[1]
    assert (asymptote == 1).any(), "some are held back by the largest value"


@pytest.mark.parametrize("planted", [(0.95, 0.1, 0.5), (0.8, 0.3, 2.0), (1.0, 0.2, 0.1)])
def test_a_planted_exponential_is_found(planted):
    values = EXPONENTIAL.value(RELATIVE, *planted)
    assert fit_one(EXPONENTIAL, FIVE_SIZES, values, EQUAL, best=1.0) == pytest.approx(planted, rel=1e-3)
    found = fit(FIVE_SIZES, values, [100_000], of=EXPONENTIAL)
    rate = found["parameters"]["rate"] * FIVE_SIZES
    asymptote, scale = found["parameters"]["asymptote"], found["parameters"]["scale"]
    assert asymptote - scale * np.exp(-rate) == pytest.approx(values, abs=1e-5), "the rate is per image"


@pytest.mark.parametrize("of", LAWS)
def test_a_value_with_a_small_error_weighs_more(of):
    values = of.value(RELATIVE, 0.9, 0.1, 0.4) + np.array([0, 0, 0, 0.02, 0])
    sure, unsure = EQUAL.copy(), EQUAL.copy()
    sure[3], unsure[3] = 1e-4, 1.0
    near, far = (
        fit(FIVE_SIZES, values, [3000], errors=errors, of=of)["predictions"][0]["value"]
        for errors in (sure, unsure)
    )
    assert near == pytest.approx(values[3], abs=1e-3)
    assert far == pytest.approx(values[3] - 0.02, abs=1e-3)
    many = fit_many(of, FIVE_SIZES, values[:, None], sure, best=1.0)[:, 0]
    assert of.value(RELATIVE, *many)[3] == pytest.approx(values[3], abs=2e-3)


def test_only_the_ratios_of_the_errors_count():
    values, errors = law(SIZES) + np.array([0, 0.01, 0, 0]), np.array([0.03, 0.02, 0.02, 0.01])
    small, large = (fit(SIZES, values, [9000], errors=errors * k)["predictions"] for k in (0.01, 1))
    assert small[0]["value"] == pytest.approx(large[0]["value"], abs=1e-4)


def test_a_size_without_an_error_is_left_out():
    errors = [0.01, float("nan"), 0.01, 0.0]
    assert "2 sizes" in fit(SIZES, law(SIZES), [100], errors=errors)["reason"]


def test_beyond_the_data_the_power_law_grows_on_where_the_exponential_stops():
    power, exponential = (fit(SIZES, law(SIZES), [30_000], of=of)["predictions"][0] for of in LAWS)
    assert power["value"] > exponential["value"] + 0.005


def test_three_sizes_are_passed_through_without_a_warning():
    sizes, values = FIVE_SIZES[::2], np.array([0.6, 0.75, 0.8])
    found = fit_one(POWER, sizes, values, EQUAL[:3], best=1.0)
    assert POWER.value(sizes / centre_of(sizes), *found) == pytest.approx(values, abs=1e-6)


def test_a_falling_curve_has_no_scale():
    assert fit_one(POWER, FIVE_SIZES, np.linspace(0.9, 0.5, 5), EQUAL, best=1.0)[1] == 0
