"""Whether the change of a difference from one hospital to another holds: the difference of differences."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtrit
from scipy.stats import beta, chi2

from results.change import Sides, change_of
from results.comparison import compare
from results.estimates import Estimate
from results.metric_lookup import limits
from results.uncertainty import Resampled, fewest_patients
from results.verdict import EQUAL, FINE_TUNE, FREEZE, UNDECIDED, verdict
from tests.validity.intervals import CONFIDENCE
from tests.validity.resampling import FEWER, metrics_of, names_of, values_of, weights_of
from tests.validity.simulation import Values, World, draw, generator, grouped_noise
from tests.validity.training_sets import LEVEL, MARGIN, separation_of
from tests.validity.worlds import MURA

# Test studies at home and away, and whether these are of the same patients: a corruption.
SETTINGS = ((200, 200, False), (600, 200, False), (200, 200, True))
SDS = (0.0, 0.045)  # of the true AUROC over training subsets, on each side
CHANGES = (0.0, -0.08)  # of fine-tuned minus frozen, from home to away
AT_HOME = 0.04  # fine-tuned minus frozen at home: it wins there, and with the second change loses away
SEEDS = (3, 5)  # the first ones of the same networks
FROZEN, FROZEN_AWAY = 0.857, 0.82  # expected AUROC of the frozen network
SHARES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.8)  # of the variance, that the spread of the seeds shows: `ideal`
CARRIED = 0.5  # correlation of a network's luck at home and away
SHARED, WITHIN = 0.5, 0.3  # of the noise: between all networks, and more within a method
FEWEST = 62  # patients of the rarer label, as 200 studies have them on average: `ideal`
_METRIC, _INTERCEPT = ("auroc",), -1.0


@dataclass(frozen=True, eq=False)
class Tested:
    """Networks on one test set: AUROC (SDs, sides, seeds), drawn (…, resamples), patients that count.

    Sides: frozen, then fine-tuned: one at home, one for each of CHANGES away.
    """

    values: Values
    drawn: Values
    fewest: int

    def side(self, sd: int, side: int, names: range) -> dict[int, Resampled]:
        """The first seeds of one side, by name."""
        return {
            name: Resampled(float(self.values[sd, side, k]), self.drawn[sd, side, k], self.fewest)
            for k, name in enumerate(names)
        }


def changes(datasets: int) -> pd.DataFrame:
    """One row per pair of test sets, SD over training subsets, true change and number of seeds."""
    frames = []
    for home, away, same in SETTINGS:
        rows = [row for i in range(datasets) for row in _outcomes(home, away, same, i)]
        found = pd.DataFrame(rows)
        groups = found.groupby(["home", "away", "same_patients", "sd", "change", "seeds"])
        frames.append(groups.mean().assign(datasets=groups.size()).reset_index())
    return pd.concat(frames)


def _outcomes(home: int, away: int, same: bool, number: int) -> Iterator[dict[str, Any]]:
    random = generator("changes", home, away, same, number)
    at_home, there = _tested(home, away, same, random)
    for i, sd in enumerate(SDS):
        for j, change in enumerate(CHANGES):
            for seeds in SEEDS:
                names = range(10 * number, 10 * number + seeds)
                own = Sides(at_home.side(i, 0, names), at_home.side(i, 1, names))
                other = Sides(there.side(i, 0, names), there.side(i, 1 + j, names))
                setting = {"home": home, "away": away, "same_patients": same}
                yield setting | {"sd": sd, "change": change, "seeds": seeds} | _judged(own, other, change)


def _judged(own: Sides, other: Sides, true: float) -> dict[str, float]:
    """What the project says of the change, and of both sets, 1 where it is so."""
    found = change_of(own, other, limits("auroc"))
    low, high = found.interval(CONFIDENCE)
    said = verdict(found.value, found.p(), found.p_equal(MARGIN), seeds=len(found.seeds), level=LEVEL)
    both = [compare(*sides, limits("auroc")) for sides in (own, other)]
    alone = [
        verdict(one.value, one.p(), one.p_equal(MARGIN), seeds=len(one.seeds), level=LEVEL) for one in both
    ]
    return {
        "covered": low <= true <= high,
        "all_above": low > true,
        "all_below": high < true,
        "width": high - low,
        **{name.replace("-", "_"): said == name for name in (FINE_TUNE, FREEZE, EQUAL, UNDECIDED)},
        "p_significant": found.p() <= LEVEL,
        "wins_at_home": alone[0] == FINE_TUNE,
        "loses_away": alone[1] == FREEZE,
        "flips": alone == [FINE_TUNE, FREEZE],
    }


def ideal_satterthwaite(seeds: int, share: float, *, patients: int = FEWEST, points: int = 2000) -> float:
    """The same (`training`) for one quantile of t with Satterthwaite's degrees of freedom for both parts."""
    spreads = share * chi2.ppf((np.arange(points) + 0.5) / points, seeds - 1) / (seeds - 1)
    rest = 1 - share
    freedom = (spreads + rest) ** 2 / (spreads**2 / (seeds - 1) + rest**2 / (patients - 1))
    reaches = stdtrit(freedom, (1 + CONFIDENCE) / 2) * np.sqrt(spreads + rest)
    return float(np.mean(2 * ndtr(reaches) - 1))


def widened(few: int, many: int) -> float:
    """By which share the smaller set's degrees of freedom widen the patients' part for two sets.

    `few` and `many` are the sets' patients of the rarer label; a set's variance goes with 1 over them. Compared
    with Satterthwaite's degrees of freedom over both sets.
    """
    parts = np.array([1 / few, 1 / many])
    freedom = parts.sum() ** 2 / (parts**2 / (np.array([few, many]) - 1)).sum()
    tail = (1 + CONFIDENCE) / 2
    return float(stdtrit(few - 1, tail) / stdtrit(freedom, tail) - 1)


def ideal(seeds: int, share: float, *, training: bool, patients: int = FEWEST, points: int = 2000) -> float:
    """How often the interval holds the truth where all is normal and the patients' part is known exactly.

    `share` is that part of the variance which the spread of so many seeds shows. It comes from training
    subsets, or (not `training`) from test patients alone, as networks of one method that differ. It is a mean
    over quantiles of the chi-squared distribution, without a random number.
    """
    spreads = chi2.ppf((np.arange(points) + 0.5) / points, seeds - 1) / (seeds - 1)
    rest = float(np.sqrt(1 - share))
    reaches = [
        Estimate(
            0.0,
            np.empty(0),
            seeds,
            between=float(np.sqrt(share * spread)),
            shared=rest,
            training_sd=0.0,
            test_sd=rest if training else 1.0,
            patients=patients,
        ).reach(CONFIDENCE)
        for spread in spreads
    ]
    return float(np.mean(2 * ndtr(reaches) - 1))


def _tested(home: int, away: int, same: bool, random: np.random.Generator) -> tuple[Tested, Tested]:
    """Both test sets; with `same` they have the same patients, whose effects are the same on a network."""
    luck = random.standard_normal((2, SEEDS[-1]))  # of frozen and fine-tuned networks at home
    carried = CARRIED * luck + np.sqrt(1 - CARRIED**2) * random.standard_normal(luck.shape)
    at_home = _aurocs(ndtr(luck), FROZEN, [AT_HOME])
    there = _aurocs(ndtr(carried), FROZEN_AWAY, [AT_HOME + change for change in CHANGES])
    if same:
        together = np.concatenate([at_home, there], axis=1)
        both = _on(home, together, random)
        return _part(both, slice(0, 2)), _part(both, slice(2, None))
    return _on(home, at_home, random), _on(away, there, random)


def _part(both: Tested, sides: slice) -> Tested:
    return Tested(both.values[:, sides], both.drawn[:, sides], both.fewest)


def _aurocs(levels: Values, frozen: float, differences: list[float]) -> Values:
    """The true AUROC of each network, (SDs, sides, seeds); fine-tuned ones of one seed have one luck."""
    means = [frozen, *(frozen + difference for difference in differences)]
    rows = [[_around(mean, sd, levels[min(side, 1)]) for side, mean in enumerate(means)] for sd in SDS]
    return np.array(rows)


def _around(mean: float, sd: float, levels: Values) -> Values:
    """Quantiles of the beta distribution with this mean and SD."""
    if sd == 0:
        return np.full(len(levels), mean)
    size = mean * (1 - mean) / sd**2 - 1
    return np.asarray(beta.ppf(levels, mean * size, (1 - mean) * size))


def _on(studies: int, aurocs: Values, random: np.random.Generator) -> Tested:
    """Networks with these true AUROCs on new patients; all fine-tuned sides of a seed have the same noise."""
    sds, sides, seeds = aurocs.shape
    noise = grouped_noise(np.repeat([0, 1], seeds), SHARED, WITHIN)
    of_side = {0: noise[:seeds]} | dict.fromkeys(range(1, sides), noise[seeds:])
    if sides > 1 + len(CHANGES):  # home and away on one set: frozen, tuned, frozen, tuned, tuned
        of_side[2] = noise[:seeds]
    loadings = np.tile(np.vstack([of_side[side] for side in range(sides)]), (sds, 1))
    world = World(MURA, separation_of(aurocs.ravel()), loadings, _INTERCEPT)
    sample = draw(world, world.patients(studies), random)
    probabilities = sample.probabilities()
    weights = weights_of(sample, int(random.integers(2**31)), FEWER)
    return Tested(
        values_of(_METRIC, sample.label, probabilities).reshape(aurocs.shape),
        metrics_of(_METRIC, sample.label, probabilities, weights).reshape(*aurocs.shape, FEWER),
        fewest_patients(names_of(sample), sample.label),
    )
