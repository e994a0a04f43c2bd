"""Whether the verdict on two methods holds for another training set: each seed's network has a true AUROC of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from results.comparison import Difference, compare, difference_of, mean_of
from results.metric_lookup import limits
from results.uncertainty import Resampled, fewest_patients, interval, percentile_interval
from results.verdict import EQUAL, FINE_TUNE, FREEZE, ONE_PAIR, UNDECIDED, verdict
from tests.validity.intervals import CONFIDENCE
from tests.validity.resampling import FEWER, metrics_of, names_of, values_of, weights_of
from tests.validity.simulation import Sample, Values, World, draw, generator, grouped_noise
from tests.validity.worlds import MURA

STUDIES = 200, 1200
SDS = (0.0, 0.01, 0.02, 0.045)  # of the true AUROC over training subsets, on each side
MARGIN, LEVEL = 0.02, 0.05  # the grid's default margin
DIFFERENCES = (0.0, MARGIN, 0.03)  # the true expected AUROC of fine-tuned minus frozen
SEEDS = (1, 3, 5, 10)  # the first ones of the same networks
FROZEN = 0.857  # expected AUROC of the frozen network
SHARED, WITHIN = 0.5, 0.3  # of the noise: between all networks, and more within a method
VERDICTS = {
    FINE_TUNE: "fine_tune",
    FREEZE: "freeze",
    EQUAL: "equal",
    UNDECIDED: "undecided",
    ONE_PAIR: "one_pair",
}
_METRIC = ("auroc",)
_INTERCEPT = -1.0
_POPULATION = 200_000  # patients from whom the AUROC of each separation comes
_SEPARATIONS = np.linspace(0, 7, 71)


@dataclass(frozen=True, eq=False)
class Tested:
    """One data set: the networks' AUROC (values, and drawn per resampling), and the patients that count."""

    values: Values  # (SDs, sides, seeds); sides: frozen, then fine-tuned at each of DIFFERENCES
    drawn: Values  # (SDs, sides, seeds, resamples)
    everyone: int
    fewest: int


def training_sets(datasets: int) -> pd.DataFrame:
    """One row per number of studies, SD over training subsets, true difference and number of seeds."""
    frames = []
    for studies in STUDIES:
        found = pd.DataFrame([row for i in range(datasets) for row in _outcomes(studies, i)])
        frames.append(_summary(found))
    return pd.concat(frames)


def _summary(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Shares and means over the data sets; root mean squares of standard deviations."""
    groups = outcomes.groupby(["studies", "sd", "difference", "seeds"])
    rows = groups.mean()
    for name in ("training_sd", "test_sd"):
        rows[name] = np.sqrt(rows.pop(f"{name}_squared"))
    return rows.assign(datasets=groups.size()).reset_index()


def _outcomes(studies: int, number: int) -> Iterator[dict[str, Any]]:
    tested = _tested(studies, number)
    for i, sd in enumerate(SDS):
        for j, difference in enumerate(DIFFERENCES):
            for seeds in SEEDS:
                names = range(10 * number, 10 * number + seeds)  # so that each data set has draws of its own
                frozen, tuned = (
                    {
                        name: Resampled(
                            float(tested.values[i, side, k]), tested.drawn[i, side, k], tested.fewest
                        )
                        for k, name in enumerate(names)
                    }
                    for side in (0, 1 + j)
                )
                setting = {"studies": studies, "sd": sd, "difference": difference, "seeds": seeds}
                judged = _judged(compare(frozen, tuned, limits("auroc")), difference)
                yield setting | judged | _by_patients_alone(frozen, tuned, difference, tested.everyone)


def _judged(found: Difference, true: float) -> dict[str, float]:
    """What the project says of the difference, 1 where it is so."""
    low, high = found.interval(CONFIDENCE)
    first, last = percentile_interval(found.estimate.drawn, CONFIDENCE)
    p, p_equal = found.p(), found.p_equal(MARGIN)
    said = verdict(found.value, p, p_equal, seeds=len(found.seeds), level=LEVEL)
    return {
        "covered": low <= true <= high,
        "all_above": low > true,
        "all_below": high < true,
        "undefined": not np.isfinite(high - low),
        "width": high - low,
        "drawn_covered": first <= true <= last,
        **{name: said == kind for kind, name in VERDICTS.items()},
        "p_significant": p <= LEVEL,
        "p_equal_significant": p_equal <= LEVEL,
        "p_not_worse_significant": found.p_below(MARGIN) <= LEVEL,
        "detectable": found.detectable(LEVEL),
        "training_sd_squared": found.estimate.training_sd**2,
        "test_sd_squared": found.estimate.test_sd**2,
    }


def _by_patients_alone(
    frozen: dict[int, Resampled], tuned: dict[int, Resampled], true: float, patients: int
) -> dict[str, float]:
    """The former rule: the interval of the mean over seeds, over test patients alone, and its verdict."""
    mean = mean_of([difference_of(frozen[seed], tuned[seed]) for seed in frozen])
    low, high = interval(mean._replace(patients=patients), CONFIDENCE)
    return {"former_covered": low <= true <= high, "former_fine_tune": low > 0, "former_freeze": high < 0}


def _tested(studies: int, number: int) -> Tested:
    random = generator("training sets", studies, number)
    world = _world(random)
    sample = draw(world, world.patients(studies), random)
    probabilities = sample.probabilities()
    weights = weights_of(sample, int(random.integers(2**31)), FEWER)
    shape = len(SDS), 1 + len(DIFFERENCES), SEEDS[-1]
    return Tested(
        values_of(_METRIC, sample.label, probabilities).reshape(shape),
        metrics_of(_METRIC, sample.label, probabilities, weights).reshape(*shape, FEWER),
        world.patients(studies),
        fewest_patients(names_of(sample), sample.label),
    )


def _world(random: np.random.Generator) -> World:
    """All networks of a data set. A network has the same noise at every SD and every true difference."""
    levels = random.uniform(size=(2, SEEDS[-1]))
    aurocs = [
        _spread_around(FROZEN + (difference or 0.0), sd, levels[int(difference is not None)])
        for sd in SDS
        for difference in (None, *DIFFERENCES)
    ]
    noise = method_noise(SEEDS[-1])
    of_sides = np.vstack([noise[: SEEDS[-1]], *[noise[SEEDS[-1] :]] * len(DIFFERENCES)])
    return World(MURA, separation_of(np.concatenate(aurocs)), np.tile(of_sides, (len(SDS), 1)), _INTERCEPT)


def method_noise(seeds: int) -> Values:
    """Loadings of so many frozen and as many fine-tuned networks, more alike within a method."""
    return grouped_noise(np.repeat([0, 1], seeds), SHARED, WITHIN)


def _spread_around(mean: float, sd: float, levels: Values) -> Values:
    """Quantiles of the beta distribution with this mean and SD: it stays within 0 and 1 and has this mean."""
    if sd == 0:
        return np.full(len(levels), mean)
    size = mean * (1 - mean) / sd**2 - 1
    return np.asarray(stats.beta.ppf(levels, mean * size, (1 - mean) * size))


def separation_of(aurocs: Values) -> Values:
    """The separations with which networks have these true AUROCs in the world `as MURA`."""
    return np.interp(aurocs, _aurocs(), _SEPARATIONS)


@lru_cache(maxsize=1)
def _aurocs() -> Values:
    """The true AUROC of each of _SEPARATIONS, from one population with the same noise for all."""
    found = []
    for separation in _SEPARATIONS:
        world = World(MURA, np.array([separation]), np.ones((1, 1)), _INTERCEPT)
        sample: Sample = draw(world, _POPULATION, generator("training sets", "population"))
        found.append(values_of(_METRIC, sample.label, sample.probabilities())[0, 0])
    return np.array(found)
