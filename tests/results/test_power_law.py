"""The fit of many curves at once is that of scipy's curve_fit, and finds planted parameters."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from results.power_law import EXPONENTS, centre_of, fit_many, fit_one, power_law

SIZES = np.array([100.0, 300, 1000, 3000, 10_000])
RELATIVE = SIZES / centre_of(SIZES)


def noisy(curves, noise=0.01, sizes=RELATIVE):
    """(n_sizes, curves): metrics, so none above 1."""
    random = np.random.default_rng(0)
    law = power_law(sizes[:, None], 0.9, 0.1, 0.4)
    return (law + random.normal(0, noise, (len(sizes), curves))).clip(max=1)


def squares(parameters, values):
    return np.sum((power_law(RELATIVE, *parameters) - values) ** 2)


def plain_fit(values):
    """curve_fit from an ordinary start, without derivatives."""
    bounds = [-np.inf, 0, EXPONENTS[0]], [1, np.inf, EXPONENTS[1]]
    start = [min(values.max() + 0.01, 1), 0.05, 0.5]
    return curve_fit(power_law, RELATIVE, values, start, bounds=bounds, max_nfev=5000)[0]


@pytest.mark.parametrize("planted", [(0.95, 0.1, 0.3), (0.8, 0.02, 1.5), (1.0, 0.3, 0.05)])
def test_planted_parameters_are_found(planted):
    values = power_law(RELATIVE, *planted)
    assert fit_one(SIZES, values, best=1.0) == pytest.approx(planted, rel=1e-4)
    assert fit_many(SIZES, values[:, None], best=1.0)[:, 0] == pytest.approx(planted, rel=0.05)


@pytest.mark.parametrize("noise", [0.005, 0.02])
def test_no_curve_is_fitted_worse_than_by_curve_fit(noise):
    curves = noisy(100, noise)
    together = fit_many(SIZES, curves, best=1.0)
    wanted = np.array([100, 5000, 30_000]) / centre_of(SIZES)
    for values, many in zip(curves.T, together.T, strict=True):
        one, plain = fit_one(SIZES, values, best=1.0), plain_fit(values)
        assert squares(one, values) <= squares(plain, values) + 1e-8
        assert squares(many, values) <= squares(plain, values) + 1e-5
        assert power_law(wanted, *many) == pytest.approx(power_law(wanted, *one), abs=0.002)


def test_the_fit_keeps_its_bounds():
    random = np.random.default_rng(0)
    curves = np.sort(random.uniform(0.5, 1, (5, 300)), axis=0)
    curves[:, ::3] = curves[::-1, ::3]  # a third falls
    asymptote, scale, exponent = fit_many(SIZES, curves, best=1.0)
    assert asymptote.max() <= 1
    assert (scale[::3] == 0).all()
    assert asymptote[::3] == pytest.approx(curves[:, ::3].mean(axis=0))
    assert scale.min() >= 0
    assert exponent.min() >= EXPONENTS[0]
    assert exponent.max() <= EXPONENTS[1]
    assert (asymptote == 1).any(), "some are held back by the largest value"


def test_three_sizes_are_passed_through_without_a_warning():
    sizes, values = SIZES[::2], np.array([0.6, 0.75, 0.8])
    found = fit_one(sizes, values, best=1.0)
    assert power_law(sizes / centre_of(sizes), *found) == pytest.approx(values, abs=1e-6)


def test_a_falling_curve_has_no_scale():
    assert fit_one(SIZES, np.linspace(0.9, 0.5, 5), best=1.0)[1] == 0
