"""Power of the tests of a paired difference, and how many seeds or test studies they would need.

The model is that of `results.estimates`: the variance of a mean over S seeds is s²/S + c, where s² is the
variance between the seeds' values and c the covariance of two seeds, over test patients and their common
training pool.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, ndtr, stdtrit

from results.estimates import Estimate
from results.metric import Values

MOST_SEEDS = 1000  # more are not looked for
MOST_TIMES = 10_000.0  # times the test set; more is not looked for
_NODES = 200, 40  # quantiles of the estimated variance of the seeds, of the patients; both chosen by hand


@dataclass(frozen=True)
class Parts:
    """The variance of a paired difference in its parts, and the design that it was measured with.

    `training` is the variance of one seed over other training sets; `own` the variance over test patients
    that each seed has by itself; `shared` that which all seeds share: both with `patients` test patients (of
    the rarer label). `seeds` are those that were measured, each with the part `share` of one training pool.
    """

    training: float
    own: float
    shared: float
    patients: int
    seeds: int
    share: float = 0.0


@dataclass(frozen=True)
class Design:
    """How many seeds, and how many times the measured test set."""

    seeds: int
    times: float = 1.0


Power = Callable[[Design], float]


def parts_of(estimate: Estimate) -> Parts | None:
    """The parts of an estimated difference; None with one seed and where they are undefined."""
    if estimate.seeds < 2 or not np.isfinite(estimate.training_sd + estimate.test_sd):
        return None
    own = max(estimate.test_sd**2 - estimate.shared**2, 0.0) * estimate.seeds
    variances = estimate.training_sd**2, own, estimate.shared**2
    return Parts(*variances, estimate.patients, estimate.seeds, estimate.share)


def power_of_difference(parts: Parts, design: Design, difference: float, level: float) -> float:
    """The probability that the two-sided test at `level` finds a true `difference`, in either direction.

    The test is that of `Estimate.reach`. Its half width depends on the estimated variances: the power is the
    mean over their distributions (chi-squared with seeds - 1 and patients - 1 degrees of freedom).
    """
    error, reaches = _reaches(parts, design, level)
    if error == 0:
        return float(difference != 0)
    return float(np.mean(ndtr((difference - reaches) / error) + ndtr((-difference - reaches) / error)))


def power_of_equality(
    parts: Parts, design: Design, margin: float, level: float, difference: float = 0.0
) -> float:
    """The probability that two one-sided tests at `level` show a difference within ±margin (Schuirmann 1987).

    `difference` is the true one. The tests reject where the interval at 1 - 2 · level lies within the margin.
    """
    error, reaches = _reaches(parts, design, 2 * level)
    if error == 0:
        return float(abs(difference) < margin)
    room = margin - reaches
    inside = ndtr((room - difference) / error) - ndtr((-room - difference) / error)
    return float(np.mean(np.where(room > 0, inside, 0.0)))


def _reaches(parts: Parts, design: Design, level: float) -> tuple[float, Values]:
    """The true standard error, and half widths of the interval over the distribution of its estimates.

    They are those of `Estimate.error` and `Estimate.reach` with as many seeds and test patients.
    """
    seeds, share = design.seeds, parts.share
    own, shared = parts.own / design.times, parts.shared / design.times
    test = own / seeds + shared
    error = float(np.sqrt(parts.training * ((1 - share) / seeds + share) + test))
    freedom, tail = max(parts.patients * design.times - 1, 1.0), 1 - level / 2
    spread = (parts.training * (1 - share) + own) * _estimates(seeds - 1, _NODES[0])  # between seeds' values
    training = np.maximum(spread - own, 0) / (1 - share)
    of_seeds = (spread / seeds + share * training) * float(stdtrit(seeds - 1, tail)) ** 2
    of_patients = _estimates(freedom, _NODES[1]) * float(stdtrit(freedom, tail)) ** 2
    reaches = np.maximum(np.add.outer(of_seeds, of_patients * shared), of_patients * test)
    return error, np.sqrt(reaches).ravel()


def _estimates(freedom: float, nodes: int) -> Values:
    """Equally likely values of an estimated variance by the true one."""
    return np.asarray(chdtri(freedom, (np.arange(nodes) + 0.5) / nodes) / freedom, np.float64)


def seeds_needed(power: Power, wanted: float, design: Design) -> int | None:
    """The least number of seeds, from the design's on, with the wanted power; None above MOST_SEEDS.

    Power grows with the seeds towards that of what all of them share: test patients and the training pool.
    """
    enough, short = design.seeds, design.seeds - 1
    while power(Design(enough, design.times)) < wanted:
        if enough >= MOST_SEEDS:
            return None
        short, enough = enough, min(2 * enough, MOST_SEEDS)
    while enough - short > 1:
        middle = (enough + short) // 2
        if power(Design(middle, design.times)) < wanted:
            short = middle
        else:
            enough = middle
    return enough


def times_needed(power: Power, wanted: float, design: Design) -> float | None:
    """The least test set, as a multiple of the measured one (1 or more), with the wanted power.

    None where MOST_TIMES is not enough: then the variance between training subsets is too large with so few
    seeds.
    """
    if power(design) >= wanted:
        return design.times
    if power(Design(design.seeds, MOST_TIMES)) < wanted:
        return None
    ends = np.log(design.times), np.log(MOST_TIMES)
    return float(
        np.exp(brentq(lambda log: power(Design(design.seeds, np.exp(log))) - wanted, *ends, xtol=1e-4))
    )
