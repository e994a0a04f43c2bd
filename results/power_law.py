"""The power law with an asymptote that learning curves follow, and its fit to one curve or to many.

value = asymptote - scale * (size / centre) ** -exponent, where centre is the sizes' geometric mean, so that
scale and exponent are found apart. asymptote <= best, scale >= 0 and exponent in EXPONENTS.
"""

import numpy as np
from scipy.optimize import curve_fit

from results.metrics import Values

PARAMETERS = ("asymptote", "scale", "exponent")
EXPONENTS = (0.01, 3.0)  # from a straight line over log(size) to a curve flat from its second size on
_GRID = np.geomspace(*EXPONENTS, 200)  # neighbours differ by 3 %


def centre_of(sizes: Values) -> float:
    """The geometric mean of the sizes."""
    return float(np.exp(np.mean(np.log(sizes))))


def power_law(relative: Values, asymptote: Values, scale: Values, exponent: Values) -> Values:
    """The law's values at sizes over their centre."""
    return asymptote - scale * relative**-exponent


def fit_one(sizes: Values, values: Values, best: float) -> Values:
    """PARAMETERS (3,) for one curve: scipy's curve_fit, started where `fit_many` ends.

    Raises RuntimeError where it does not converge. A curve that does not grow has scale 0 and any exponent.
    """
    start = fit_many(sizes, values[:, None], best)[:, 0]
    if start[1] == 0:
        return start
    bounds = [-np.inf, 0, EXPONENTS[0]], [best, np.inf, EXPONENTS[1]]
    relative = sizes / centre_of(sizes)
    # absolute_sigma: three sizes give no estimate of the noise, which curve_fit would warn of
    found, _ = curve_fit(power_law, relative, values, start, bounds=bounds, jac=_slopes, absolute_sigma=True)
    return np.asarray(found, np.float64)


def fit_many(sizes: Values, curves: Values, best: float) -> Values:
    """PARAMETERS (3, B) for each column of curves (n_sizes, B), by a search over exponents.

    For a given exponent the law is linear, and its best asymptote and scale are known. So thousands of
    curves are fitted in the time of some twenty by curve_fit, with the grid's 3 % for the exponent's
    error.
    """
    powers = (sizes / centre_of(sizes)) ** -_GRID[:, None]  # (exponents, n_sizes)
    middle = powers.mean(axis=1, keepdims=True)
    mean = curves.mean(axis=0)
    scale = (middle - powers) @ curves / np.sum((powers - middle) ** 2, axis=1, keepdims=True)
    asymptote = mean + scale * middle
    highest = powers @ (best - curves) / np.sum(powers**2, axis=1, keepdims=True)  # the scale below `best`
    scale = np.where(asymptote > best, highest, scale).clip(min=0)
    asymptote = np.where(scale == 0, mean, asymptote).clip(max=best)
    chosen = np.argmin(_squares(powers, curves, asymptote, scale), axis=0)
    columns = np.arange(curves.shape[1])
    return np.stack([asymptote[chosen, columns], scale[chosen, columns], _GRID[chosen]])


def _squares(powers: Values, curves: Values, asymptote: Values, scale: Values) -> Values:
    """Sums of squared residuals, (exponents, B), size by size to stay small."""
    squares = np.zeros_like(scale)
    for power, values in zip(powers.T, curves, strict=True):
        squares += (values - asymptote + scale * power[:, None]) ** 2
    return squares


def _slopes(relative: Values, asymptote: float, scale: float, exponent: float) -> Values:
    """The law's derivatives by its parameters, (n_sizes, 3)."""
    powers = relative**-exponent
    return np.stack([np.ones_like(powers), -powers, scale * np.log(relative) * powers], axis=1)
