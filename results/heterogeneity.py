"""Body parts together: their common mean, how they differ, and what each gains from the others.

The model is the random-effects one of a meta-analysis: the true difference of a part is a draw from a normal
distribution over parts, and its estimate has a standard error. Parts are taken as independent, although a
patient may be in two of them, and the subsets that one seed draws for two parts may share images.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.oneway import anova_generic

from results.counts import counted
from results.estimates import Estimate
from results.metric import Values

LEAST_PARTS = 2  # with one, nothing is common
LEAST_PREDICTED = 3  # parts for a prediction interval: Student's t at parts - 2 degrees of freedom
LEAST_SHRUNKEN = 4  # parts for shrunken estimates: Morris's factor (parts - 3) / (parts - 1) is 0 before


class Part(NamedTuple):
    """The estimate of one part as plain numbers.

    `error` is its whole standard error, over training subsets and test patients, with `df` degrees of
    freedom; `quantile` times `error` is half the width of its interval.
    """

    value: float
    error: float
    df: float
    quantile: float


class Bounded(NamedTuple):
    """An estimate with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class PartsTogether:
    """What several parts say together, in the unit of their values.

    `mean` has the interval of the mean over parts, `new_part` the same mean with the interval in which the
    true value of another part is expected (None below LEAST_PREDICTED parts). `tau` is the standard deviation
    of the true values over parts; `i2` the share of the spread beyond chance (0 .. 1). `q` is Cochran's Q;
    `f`, `df` and `df_error` are Welch's statistic that the parts are equal, with its degrees of freedom, and
    `p` is its p-value. `shrunken` has an estimate per part, in their order (None below LEAST_SHRUNKEN parts).
    """

    parts: int
    mean: Bounded
    new_part: Bounded | None
    tau: float
    i2: float
    q: float
    f: float
    df: float
    df_error: float
    p: float
    shrunken: Sequence[Bounded] | None


def part_of(estimate: Estimate, confidence: float = 0.95) -> Part | None:
    """The numbers of one part; None where its value or standard error is undefined, or the error is zero.

    The squared error is the sum of the two parts of `Estimate`, `between` and `shared`, which is right on
    average; the degrees of freedom are Satterthwaite's (1946, Biometrics Bulletin 2:110) of seeds - 1 and
    patients - 1. `Estimate.error` is as large or larger, never below the test part: with it the test that
    parts are equal would reject too rarely. The interval is that of the estimate.
    """
    error = float(np.hypot(estimate.between, estimate.shared))
    if not np.isfinite([estimate.value, error]).all() or error <= 0:
        return None
    squares = estimate.shared**4 / max(estimate.patients - 1, 1)
    if estimate.seeds > 1:
        squares += estimate.between**4 / (estimate.seeds - 1)
    return Part(estimate.value, error, error**4 / squares, estimate.reach(confidence) / error)


def parts_together(parts: Sequence[Part], confidence: float = 0.95) -> PartsTogether:
    """Combine the parts of one comparison.

    - The mean over parts and the variance between them (Paule and Mandel 1982) are by statsmodels'
      `combine_effects`. The interval of the mean is Hartung, Knapp, Sidik and Jonkman's, with Student's t at
      parts - 1 degrees of freedom and the usual guard: its scale is at least 1 (Röver, Knapp and Friede 2015,
      BMC Med. Res. Methodol. 15:99), so that it is not narrower than the interval of a common effect.
    - The interval of a new part is that of Higgins, Thompson and Spiegelhalter (2009, J. R. Stat. Soc. A
      172:137). With few parts it holds less often than it says: with 7, in 89 to 100 % instead of 95 %.
    - That the parts are equal is tested by Welch (1951, Biometrika 38:330; statsmodels' `anova_generic`): Q
      as an F statistic that allows for estimated standard errors. Q by chi-squared rejects too often when the
      training part of an error is of three seeds. docs/validity.md shows both.
    - I² is Higgins and Thompson's (2002, Stat. Med. 21:1539).
    - Shrunken estimates are the empirical Bayes ones of Morris (1983, J. Am. Stat. Assoc. 78:47), whose
      interval includes that the variance between parts is an estimate; half its width is the part's quantile
      times the standard error.

    With so few parts the test finds only large differences: a large p shows no agreement. Raises ValueError
    for fewer than LEAST_PARTS parts.
    """
    if len(parts) < LEAST_PARTS:
        raise ValueError(
            f"{counted(len(parts), 'body part')} with a standard error; at least {LEAST_PARTS} are compared"
        )
    values, errors, df, quantiles = np.array(parts, np.float64).T
    with np.errstate(divide="ignore"):  # its own I2, where all values are equal
        found = combine_effects(values, errors**2, method_re="iterated")
    count, mean, tau2 = len(parts), float(found.mean_effect_re), float(found.tau2)
    mean_error = float(found.sd_eff_w_re) * max(1.0, float(found.scale_hksj_re)) ** 0.5
    welch = anova_generic(values, errors**2 * (df + 1), df + 1, use_var="unequal")
    q = max(0.0, float(found.q))  # rounding may make it slightly negative
    predicted = None
    if count >= LEAST_PREDICTED:
        reach = _t(count - 2, confidence) * float(np.hypot(found.tau2**0.5, found.sd_eff_w_re))
        predicted = _around(mean, reach)
    return PartsTogether(
        parts=count,
        mean=_around(mean, _t(count - 1, confidence) * mean_error),
        new_part=predicted,
        tau=tau2**0.5,
        i2=1 - (count - 1) / q if q > count - 1 else 0.0,
        q=q,
        f=float(welch.statistic),
        df=float(welch.df_num),
        df_error=float(welch.df_denom),
        p=float(welch.pvalue),
        shrunken=_shrunken(values, errors**2, quantiles, mean, tau2),
    )


def _shrunken(
    values: Values, variances: Values, quantiles: Values, mean: float, tau2: float
) -> list[Bounded] | None:
    """Each value moved towards the mean by Morris's factor, with his variance."""
    count = len(values)
    if count < LEAST_SHRUNKEN:
        return None
    total = variances + tau2
    weights = (1 / total) / np.sum(1 / total)
    moved = (count - 3) / (count - 1) * variances / total
    typical = np.sum(weights * variances)
    uncertain = 2 / (count - 3) * moved**2 * (typical + tau2) / total * (values - mean) ** 2
    errors = np.sqrt(variances * (1 - (1 - weights) * moved) + uncertain)
    estimates = values - moved * (values - mean)
    return [_around(float(v), float(r)) for v, r in zip(estimates, quantiles * errors, strict=True)]


def _t(df: float, confidence: float) -> float:
    return float(stats.t.ppf((1 + confidence) / 2, df))


def _around(value: float, reach: float) -> Bounded:
    return Bounded(value, value - reach, value + reach)
