"""Cluster bootstrap by patient: standard errors and intervals, paired between cells of a test set."""

import hashlib
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from results.counts import counted
from results.metric import Values

MAX_UNDEFINED = 0.5  # with a larger share of undefined resamplings there is no interval; chosen by hand
# The kind of a record's intervals; records with another kind are evaluated again.
INTERVALS = "standard error, patients of the rarer label"
NO_SPREAD = 1e-12  # a smaller standard error is a rounding error
FEW = 20  # patients of the rarer label; with fewer, intervals are not reliable: docs/validity.md
NEAR_LIMIT = 1.0  # patients of the rarer label times the distance to a limit of the metric; below: the same


class Resampled(NamedTuple):
    """A number of one test set, its values in resamplings of its patients, and the patients that count.

    `patients` are those of the rarer label (`fewest_patients`): they carry most of the variance of a metric
    that compares the labels, and its degrees of freedom are one less.
    """

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


def fewest_patients(patients: NDArray[np.object_], labels: NDArray[np.int64]) -> int:
    """The number of patients of the rarer label among those labels that occur; 0 without a row."""
    counts = [len(np.unique(patients[labels == label].astype(str))) for label in np.unique(labels)]
    return min(counts, default=0)


def warning(value: float, patients: int, limits: tuple[float, float] | None) -> str | None:
    """Why the interval of this value is not reliable, for a note beside it; None where it is.

    There are fewer than FEW patients of the rarer label; or the value is so near to a limit that less than
    one of them (NEAR_LIMIT) is what it lacks, so that resamplings show too little of how errors vary.
    docs/validity.md has the coverage of both. An undefined value (NaN) has no interval to warn of.
    """
    if patients < FEW:
        return f"{counted(patients, 'patient')} of the rarer label, fewer than {FEW}"
    if limits is None:
        return None
    distance = min(value - limits[0], limits[1] - value) / (limits[1] - limits[0])
    if patients * distance < NEAR_LIMIT:
        return f"too near to the metric's limit for {counted(patients, 'patient')} of the rarer label"
    return None


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
    """value ± t × standard error of one cell, with t's quantile at patients - 1 degrees of freedom.

    It holds over test patients, for this trained model. docs/validity.md shows where it holds the true value
    more often than the percentiles of the resampled values and BCa: with few patients, and for an AUROC near
    one. With `limits`, the least and largest value of a metric (`metrics.limits`), see `bounds_of`. NaN where
    the value or its standard error is undefined.
    """
    from scipy.special import stdtrit  # a tenth of a second, which a plan does without

    value, _, patients = resampled
    reach = float(stdtrit(patients - 1, (1 + confidence) / 2)) * standard_error(resampled)
    return bounds_of(value, reach, patients, confidence, limits)


def bounds_of(
    value: float, reach: float, patients: int, confidence: float, limits: tuple[float, float] | None
) -> tuple[float, float]:
    """value ± `reach` (half a width, 0 or more) between the `limits` of its metric, as `bounded_interval`.

    On a limit, `limit_bounds`. A value that no resampling changes and that lies elsewhere is a mean over
    classes of which some are perfect and others constant: it has the reach of errors that were not seen. One
    half-way between the limits is exact: the AUROC or kappa of a constant score.
    """
    if limits is None:
        return value - reach, value + reach
    if value in limits:
        return limit_bounds(value, patients, confidence, limits)
    if reach <= NO_SPREAD and abs(value - sum(limits) / 2) > NO_SPREAD:
        unseen = unseen_reach(patients, confidence, limits)
        return max(value - unseen, limits[0]), min(value + unseen, limits[1])
    return bounded_interval(value, reach, limits)


def bounded_interval(value: float, reach: float, limits: tuple[float, float] | None) -> tuple[float, float]:
    """value ± reach, or the same on the log-odds scale between the two limits, by the delta method.

    There it stays within them and is longer on the side away from the nearer one (Pepe 2003, ch. 5, for
    AUROC; on -1 .. 1 it is Fisher's z, for kappa).
    """
    from scipy.special import expit, logit

    if limits is None:
        return value - reach, value + reach
    least, width = limits[0], limits[1] - limits[0]
    share = (value - least) / width
    if not 0 < share < 1:
        return float("nan"), float("nan")
    odds = reach / (width * share * (1 - share))
    low, high = (least + width * float(expit(logit(share) + end)) for end in (-odds, odds))
    return low, high


def limit_bounds(
    value: float, patients: int, confidence: float, limits: tuple[float, float]
) -> tuple[float, float]:
    """The interval of a value on a limit of its metric: a one-sided bound, and the limit itself.

    A perfect score's resamplings are all perfect and do not show how much worse it could be. The bound is the
    share of errors with which none is seen in all `patients` (of the rarer label) with probability
    1 - confidence: Hanley and Lippman-Hand 1983 (JAMA 249:1743), the rule of three. NaN without a patient.
    """
    reach, (least, largest) = unseen_reach(patients, confidence, limits), limits
    if np.isnan(reach):
        return float("nan"), float("nan")
    return (largest - reach, largest) if value == largest else (least, least + reach)


def unseen_reach(patients: int, confidence: float, limits: tuple[float, float]) -> float:
    """How much a metric may truly change by errors that none of so many patients shows: `limit_bounds`."""
    if patients < 1:
        return float("nan")
    return (limits[1] - limits[0]) * float(1 - (1 - confidence) ** (1 / patients))


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
