"""Paired differences between two methods on the same test patients: interval, tests, power."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq

from results.estimates import Estimate, estimate
from results.evaluation import plain
from results.uncertainty import NO_SPREAD, Resampled, bounded_interval, limit_bounds, unseen_reach, warning

OVER_SEEDS = "all"
POWER = 0.8  # of the detectable difference, as is customary
_LEAST_P = 1e-14  # smaller p-values are rounding errors

Limits = tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class Difference:
    """Second minus first, means over the seeds that both have, in the metric's own unit.

    `first` and `second` are the sides, `estimate` is the paired difference, all resampled by the same
    patients. `limits` are the least and largest value of the metric, None where one is infinite.
    """

    seeds: tuple[int, ...]
    first: Estimate
    second: Estimate
    estimate: Estimate
    limits: Limits = None

    @property
    def value(self) -> float:
        """The difference of the means over seeds."""
        return self.estimate.value

    def interval(self, confidence: float) -> tuple[float, float]:
        """(low, high) of the difference; NaN where undefined.

        The half width is `Estimate.reach`. Between finite limits it is also shared out to the two sides, each
        moved on its log-odds scale, and put together by square-and-add (Newcombe 1998, Stat. Med. 17:2635;
        Zou and Donner 2008, Stat. Med. 27:1693): near a limit this is longer on the side where a method could
        be worse. Each bound is the further one of both rules, since near a limit the first alone holds too
        rarely where the methods differ, the second alone where they are equal (docs/validity.md); far from
        the limits they agree. A side that lies on a limit has a one-sided bound there. A difference without
        any spread (no patient tells the methods apart, or both are perfect) is not surely zero: it has the
        reach of errors that were not seen, `uncertainty.unseen_reach`. No bound is further than the limits
        are apart.
        """
        reach, error = self.estimate.reach(confidence), self.estimate.error
        if self.limits is not None and error <= NO_SPREAD:
            reach = unseen_reach(self.estimate.patients, confidence, self.limits)
        if self.limits is None or not np.isfinite(reach):
            return self.value - reach, self.value + reach
        widest = self.limits[1] - self.limits[0]
        if error <= NO_SPREAD:
            return max(self.value - reach, -widest), min(self.value + reach, widest)
        quantile = reach / error
        (below_1, above_1), (below_2, above_2) = (
            self._distances(side, quantile * own, confidence)
            for side, own in zip((self.first, self.second), self._own_errors, strict=True)
        )
        below, above = float(np.hypot(below_2, above_1)), float(np.hypot(above_2, below_1))
        low, high = self.value - max(reach, below), self.value + max(reach, above)
        return max(low, -widest), min(high, widest)

    @property
    def warning(self) -> str | None:
        """Why the interval is not reliable (`uncertainty.warning` of either side); None where it is."""
        found = [warning(side.value, side.patients, self.limits) for side in (self.first, self.second)]
        return found[0] or found[1]

    def _distances(self, side: Estimate, reach: float, confidence: float) -> tuple[float, float]:
        """How far one side's value may be from the bounds of its own interval: (below, above)."""
        assert self.limits is not None
        if side.value in self.limits:
            low, high = limit_bounds(side.value, side.patients, confidence, self.limits)
        else:
            low, high = bounded_interval(side.value, reach, self.limits)
        return side.value - low, high - side.value

    @property
    def _own_errors(self) -> tuple[float, float]:
        """Each side's error without what both share; their squares add up to that of the difference."""
        one, other, both = self.first.error**2, self.second.error**2, self.estimate.error**2
        own = float(np.clip((both + one - other) / 2, 0, both))  # one - covariance
        return float(np.sqrt(own)), float(np.sqrt(both - own))

    def p(self, null: float = 0.0) -> float:
        """The two-sided p-value that the true difference is `null`: the level whose interval ends there.

        Unlike a share of resamplings, it can be as small as an adjustment for many comparisons needs. It is 1
        for `null` itself; for another, without any spread and without limits, it is undefined (NaN).
        """
        if not np.isfinite(self.value + self.estimate.error):
            return float("nan")
        if abs(self.value - null) < NO_SPREAD:
            return 1.0
        if self.limits is None and self.estimate.error <= NO_SPREAD:
            return float("nan")
        end = 0 if null < self.value else 1
        return _root(lambda p: (1 if end else -1) * (self.interval(1 - p)[end] - null))

    def p_above(self, bound: float) -> float:
        """The one-sided p-value of "the true difference is at most `bound`"."""
        p = self.p(bound)
        return p / 2 if self.value > bound else 1 - p / 2

    def p_below(self, bound: float) -> float:
        """The one-sided p-value of "the true difference is at least `bound`"."""
        p = self.p(bound)
        return p / 2 if self.value < bound else 1 - p / 2

    def p_equal(self, margin: float) -> float:
        """The p-value of "the methods differ by `margin` or more": two one-sided tests (Schuirmann 1987)."""
        return float(np.max([self.p_above(-margin), self.p_below(margin)]))

    def detectable(self, level: float, power: float = POWER) -> float:
        """The true difference that a two-sided test at `level` finds with this power, with these errors.

        The sum of both half widths, as in a textbook's sample size with Student's t for the normal. NaN
        without any spread, which shows nothing of the errors, and where no metric's values lie so far apart.
        """
        found = self.estimate.reach(1 - level) + self.estimate.reach(2 * power - 1)
        beyond = self.limits is not None and found > self.limits[1] - self.limits[0]
        return float("nan") if beyond or self.estimate.error <= NO_SPREAD else found


def compare(
    first: Mapping[int, Resampled], second: Mapping[int, Resampled], limits: Limits, share: float = 0.0
) -> Difference:
    """Second minus first over the seeds that both have (seed -> cell), paired by test patients.

    `share` as in `estimates.estimate`. Raises ValueError without a common seed.
    """
    seeds = tuple(sorted(first.keys() & second.keys()))
    if not seeds:
        raise ValueError(f"no common seed: {sorted(first)} and {sorted(second)}")
    one, other = ({seed: side[seed] for seed in seeds} for side in (first, second))
    apart = {seed: difference_of(one[seed], other[seed]) for seed in seeds}
    before, after, difference = (estimate(side, share) for side in (one, other, apart))
    return Difference(seeds, before, after, difference, limits)


def differences(
    first: Mapping[int, Resampled],
    second: Mapping[int, Resampled],
    confidence: float = 0.95,
    limits: Limits = None,
) -> list[dict[str, Any]]:
    """Second minus first for each seed that both have, and for the means over those seeds (OVER_SEEDS).

    Each row holds seed, seeds (those compared), first, second, difference, low, high and p (two-sided, not
    adjusted for the number of comparisons: see `results.families`); None where undefined. The rows of single
    seeds hold for that pair of trained models. No common seed: no row.
    """
    seeds = sorted(first.keys() & second.keys())
    groups: list[tuple[int | str, list[int]]] = [(seed, [seed]) for seed in seeds]
    groups += [(OVER_SEEDS, seeds)] if seeds else []
    rows = []
    for name, members in groups:
        one, other = ({seed: side[seed] for seed in members} for side in (first, second))
        rows.append({"seed": name, "seeds": members, **numbers(compare(one, other, limits), confidence)})
    return rows


def numbers(found: Difference, confidence: float) -> dict[str, float | None]:
    """first, second, difference, low, high and p as plain values; None where undefined."""
    low, high = found.interval(confidence)
    values = {"first": found.first.value, "second": found.second.value, "difference": found.value}
    values |= {"low": low, "high": high, "p": found.p()}
    return {name: plain(value) for name, value in values.items()}


def mean_of(resampled: Sequence[Resampled]) -> Resampled:
    """The mean over one or more cells of one test set and seed (over backbones), in each resampling too."""
    values, drawn, patients = zip(*resampled, strict=True)
    return Resampled(float(np.mean(values)), np.mean(drawn, axis=0), patients[0])


def difference_of(first: Resampled, second: Resampled) -> Resampled:
    """Second minus first, paired: the value, and in each resampling.

    The patients are those of the side that has fewer: both sides are of one test set, but for a change from
    one set to another (`results.change`).
    """
    patients = min(first.patients, second.patients)
    return Resampled(second.value - first.value, second.drawn - first.drawn, patients)


def _root(beyond: Callable[[float], float]) -> float:
    """The p at which `beyond` is zero; it falls with p. _LEAST_P where it is negative even there."""
    if beyond(_LEAST_P) < 0:
        return _LEAST_P
    return float(np.exp(brentq(lambda log: beyond(np.exp(log)), np.log(_LEAST_P), 0.0, xtol=1e-9)))
