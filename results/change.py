"""How a difference of two methods changes from one test set to another: the difference of differences."""

from collections.abc import Mapping
from typing import NamedTuple

from results.comparison import Difference, Limits, compare, difference_of
from results.uncertainty import Resampled
from results.verdict import EQUAL, ONE_PAIR, UNDECIDED, verdict_text

BySeed = Mapping[int, Resampled]


class Sides(NamedTuple):
    """Two methods on one test set, seed by seed."""

    first: BySeed
    second: BySeed


def change_of(home: Sides, away: Sides, limits: Limits, share: float = 0.0) -> Difference:
    """The difference (second minus first) away, minus that at home, over the seeds that all four sides have.

    Its `first` and `second` are the differences at home and away. A seed is the same pair of trained models
    on both sets, so that the variance over training subsets is that of the change. Patients are resampled
    within each set: `uncertainty.patient_weights` draws by their names, so that two sets of other patients
    are independent, and a set made of the same patients (a corruption) is paired. Degrees of freedom are
    those of the set with fewer patients of the rarer label, which is too careful rather than too bold.
    `limits` are those of the metric, `share` as in `estimates.estimate`. Raises ValueError without a common
    seed.
    """
    at_home, there = (_per_seed(*sides) for sides in (home, away))
    return compare(at_home, there, difference_limits(limits), share)


def difference_limits(limits: Limits) -> Limits:
    """The least and the largest difference of two values of a metric; None where one is infinite."""
    if limits is None:
        return None
    widest = limits[1] - limits[0]
    return -widest, widest


def change_text(verdict: str, margin: float, detectable: float | None = None) -> str:
    """The verdict on a change in words: `more for fine-tune`, `the same within ±0.02`, `undecided, …`."""
    if verdict == EQUAL:
        return f"the same within ±{margin:g}"
    if verdict in (UNDECIDED, ONE_PAIR):
        return verdict_text(verdict, margin, detectable)
    return f"more for {verdict}"


def _per_seed(first: BySeed, second: BySeed) -> dict[int, Resampled]:
    return {seed: difference_of(first[seed], second[seed]) for seed in sorted(first.keys() & second.keys())}
