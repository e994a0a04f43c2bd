"""Calibration intercept and slope: how probabilities are to be shifted and stretched on the log-odds scale.

Both are vectorised over resampling weights, as the functions of `results.metrics`.
"""

import numpy as np
from numpy.typing import NDArray

from results.metric import Labels, Values

LEAST_PROBABILITY = 1e-6  # 0 and 1 have no log-odds: they count as this and 1 - this; chosen by hand
_STEPS = 100  # of Newton's method at most; most resamplings take three, those close to separation more
_CONVERGED = 1e-3  # length of the last step; the error left is about its square
_LONGEST = 1.0  # longer steps are cut, so that none overshoots; the log-odds are standardised
_RIDGE = 1e-12  # added to the curvature, which may round to a singular matrix on the way; moves no solution


def calibration_slope(labels: Labels, probabilities: Values, weights: Values, _: float = 0.5) -> Values:
    """The slope of the label's logistic regression on the log-odds of the probability (Cox 1958).

    1 for calibrated probabilities, less for too extreme ones (overfitting), more for too cautious ones.
    Labels and probabilities (n,), weights (n, B); returns (B,), NaN where no finite slope exists: with one
    class, constant probabilities, or classes that a threshold separates.
    """
    odds = _log_odds(probabilities)
    scale = max(float(odds.std()), LEAST_PROBABILITY)
    design = np.stack([np.ones_like(odds), (odds - odds.mean()) / scale])
    slopes: Values = _fitted(design, 0 * odds, labels, weights, _overlap(labels, odds, weights))[1] / scale
    return slopes


def calibration_intercept(labels: Labels, probabilities: Values, weights: Values, _: float = 0.5) -> Values:
    """Calibration in the large: the intercept of that regression with its slope fixed to 1.

    In log-odds: 0 where the mean probability is the share of abnormal, above 0 where probabilities are too
    low (Van Calster et al. 2019). Labels and probabilities (n,), weights (n, B); returns (B,), NaN with one
    class.
    """
    odds = _log_odds(probabilities)
    abnormal, normal = labels @ weights, (1 - labels) @ weights
    exists = (abnormal > 0) & (normal > 0)
    intercepts: Values = _fitted(np.ones((1, len(odds))), odds, labels, weights, exists)[0]
    return intercepts


def _log_odds(probabilities: Values) -> Values:
    from scipy.special import logit  # a quarter of a second, which a plan does without

    odds: Values = logit(np.clip(probabilities, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))
    return odds


def _overlap(labels: Labels, odds: Values, weights: Values) -> NDArray[np.bool_]:
    """Whether both classes are there and no threshold separates them, (B,) (Albert & Anderson 1984)."""
    least, most = [], []
    for label in (0, 1):
        rows = np.flatnonzero(labels == label)
        rows = rows[np.argsort(odds[rows])]
        if not len(rows):
            return np.zeros(weights.shape[1], bool)
        drawn = weights[rows] > 0
        least.append(np.where(drawn.any(axis=0), odds[rows][np.argmax(drawn, axis=0)], np.nan))
        most.append(odds[rows][len(rows) - 1 - np.argmax(drawn[::-1], axis=0)])
    overlap: NDArray[np.bool_] = (least[1] < most[0]) & (least[0] < most[1])
    return overlap


def _fitted(
    design: Values, offset: Values, labels: Labels, weights: Values, exists: NDArray[np.bool_]
) -> Values:
    """Coefficients (k, B) of weighted logistic regressions of the labels on `design` (k, n); else NaN."""
    found = np.full((len(design), weights.shape[1]), np.nan)
    if exists.any():
        once = np.ones((len(labels), 1))
        start = _newton(design, offset, labels, once, np.zeros((len(design), 1)))
        found[:, exists] = _newton(design, offset, labels, weights[:, exists], start)
    return found


def _newton(design: Values, offset: Values, labels: Labels, weights: Values, start: Values) -> Values:
    """Newton's method for all columns of weights at once; converged ones are left out of further steps."""
    pairs = np.einsum("in,jn->ijn", design, design).reshape(-1, design.shape[1])
    shape, ridge = (-1, len(design), len(design)), _RIDGE * np.eye(len(design))
    found, active, at = np.full((len(design), weights.shape[1]), np.nan), np.arange(weights.shape[1]), start
    observed = (design * labels) @ weights
    for _ in range(_STEPS):
        share = _expit(design.T @ at + offset[:, None])
        expected = weights * share
        gradient = observed - design @ expected
        curvature = (pairs @ (expected - expected * share)).T.reshape(shape) + ridge
        step = np.linalg.solve(curvature, gradient.T[:, :, None])[:, :, 0].T.clip(-_LONGEST, _LONGEST)
        at = at + step
        going = np.abs(step).max(axis=0) > _CONVERGED
        found[:, active[~going]] = at[:, ~going]
        if not going.any():
            break
        if not going.all():
            active, weights, at, observed = active[going], weights[:, going], at[:, going], observed[:, going]
    return found


def _expit(odds: Values) -> Values:
    """The logistic function, in place: scipy's takes five times as long."""
    np.negative(odds, out=odds)
    with np.errstate(over="ignore"):  # the share is 0 then
        np.exp(odds, out=odds)
    odds += 1
    return np.reciprocal(odds, out=odds)
