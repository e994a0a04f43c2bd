"""Bootstrap over patients: standard errors, intervals and p-values, paired between cells of a test set."""

import hashlib
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtr, stdtrit

from results.metric import Values

MAX_UNDEFINED = 0.5  # with a larger share of undefined resamplings there is no interval; chosen by hand
INTERVALS = (
    "standard error"  # the kind of a record's intervals; records with another kind are evaluated again
)
NO_SPREAD = 1e-12  # a smaller standard error is a rounding error


class Resampled(NamedTuple):
    """A number of one test set, its values in resamplings of its patients, and how many there are."""

    value: float
    drawn: Values  # (resamples,)
    patients: int


def patient_weights(patients: NDArray[np.object_], resamples: int, seed: int = 0) -> NDArray[np.uint16]:
    """How often each row's patient was drawn, (n_rows, resamples): a bootstrap over patients.

    Each column draws as many patients as there are, with replacement (Efron 1979, by cluster). The
    draws depend on the set of patients and the seed alone, not on the rows' order, so that values of
    different cells on one test set are paired.
    """
    names, rows = np.unique(patients.astype(str), return_inverse=True)
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    return _draws(len(names), resamples, seed, digest)[rows]


@lru_cache(maxsize=8)
def _draws(patients: int, resamples: int, seed: int, names: bytes) -> NDArray[np.uint16]:
    random = np.random.default_rng([seed, int.from_bytes(names[:8], "big")])
    counts = random.multinomial(patients, np.full(patients, 1 / patients), size=resamples)
    return np.ascontiguousarray(counts.T.astype(np.uint16))


def standard_error(resampled: Resampled) -> float:
    """The standard deviation of the resampled values; NaN when too many of them are undefined.

    It is widened by sqrt(P / (P - 1)): P patients drawn from P vary by that factor less than P drawn from the
    population (Hesterberg 2015, Am. Stat. 69:371, "narrowness bias").
    """
    known = _defined(resampled.drawn)
    if len(known) < 2 or resampled.patients < 2:
        return float("nan")
    return float(np.std(known, ddof=1) * np.sqrt(resampled.patients / (resampled.patients - 1)))


def interval(
    resampled: Resampled, confidence: float, limits: tuple[float, float] | None = None
) -> tuple[float, float]:
    """value ± t × standard error, with t's quantile at patients - 1 degrees of freedom.

    docs/validity.md shows where it holds the true value more often than the percentiles of the resampled
    values and BCa: with few patients, and for an AUROC near one.

    `limits` are the least and largest value of a metric (`metrics.limits`). With them the interval is
    made on the log-odds scale between the two, by the delta method: it stays within them and is longer on
    the side away from the nearer one (Pepe 2003, ch. 5, for AUROC; on -1 .. 1 it is Fisher's z, for kappa).
    Without them it is symmetrical: for differences, where it excludes zero exactly when `p_value` is below
    1 - confidence (or undefined, because there is no spread).

    NaN where the value or the standard error is undefined, and where the value lies on a limit: a perfect
    score's resamplings are all perfect and do not show how much worse it could be.
    """
    value, _, patients = resampled
    reach = float(stdtrit(patients - 1, (1 + confidence) / 2)) * standard_error(resampled)
    if limits is None:
        return value - reach, value + reach
    least, largest = limits
    if not least < value < largest:
        return float("nan"), float("nan")
    width = largest - least
    share = (value - least) / width
    reach /= width * share * (1 - share)
    low, high = (least + width * float(expit(logit(share) + end)) for end in (-reach, reach))
    return low, high


def p_value(difference: Resampled) -> float:
    """The two-sided p-value of no difference, from its standard error and Student's t; NaN if undefined.

    Unlike a share of resamplings, it can be as small as an adjustment for many comparisons needs. Without any
    spread it is 1 for a difference of zero, else undefined.
    """
    error = standard_error(difference)
    if error < NO_SPREAD:
        return 1.0 if abs(difference.value) < NO_SPREAD else float("nan")
    return float(2 * stdtr(difference.patients - 1, -abs(difference.value) / error))


def percentile_interval(drawn: Values, confidence: float) -> tuple[float, float]:
    """The central interval of resampled values (resamples,); NaN where too many of them are undefined.

    For values that a standard error does not describe: points of a curve that touch 0 or 1, and predictions
    of a fit whose parameters lie on a bound. For metrics and differences use `interval`.
    """
    known = _defined(drawn)
    if not len(known):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def _defined(drawn: Values) -> Values:
    """The finite values; none when too many are not finite."""
    known = drawn[np.isfinite(drawn)]
    return known if len(known) > MAX_UNDEFINED * len(drawn) else known[:0]
