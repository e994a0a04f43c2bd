"""A mean over seeds with both parts of its variance: other training subsets (seeds), other test patients."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import stdtrit

from results.metric import Values
from results.uncertainty import Resampled, bounds_of, standard_error


@dataclass(frozen=True, eq=False)
class Estimate:
    """The mean over seeds of a metric, or of a paired difference, in the metric's own unit.

    `drawn` (resamples,) are its values in two-way resamplings: other test patients and other training
    sets, with the same draws for every estimate on these patients and seeds. `between` is the standard
    error that the spread of the seeds gives (0 with one seed), `shared` that which all seeds share, from the
    test patients; `training_sd` is the standard deviation of one seed over other training sets of this size
    (NaN with one seed), `test_sd` that of the mean over other test patients. `share` is the part of the pool
    of training images that each seed has, `patients` are the test patients of the rarer label.
    """

    value: float
    drawn: Values
    seeds: int
    between: float
    shared: float
    training_sd: float
    test_sd: float
    patients: int
    share: float = 0.0

    @property
    def error(self) -> float:
        """The standard error of the mean over seeds, over other training sets and other test patients.

        The root of training_sd² · ((1 - share) / seeds + share) + test_sd²; with one seed of test_sd² alone.
        """
        if self.seeds == 1:
            return self.test_sd
        of_training = np.sqrt((1 - self.share) / self.seeds + self.share) * self.training_sd
        return float(np.hypot(of_training, self.test_sd))

    def reach(self, confidence: float) -> float:
        """Half the width of the interval: the root of the sum of the squares of both parts' half widths.

        Each part has its own quantile of Student's t, with seeds - 1 and patients - 1 degrees of freedom. For
        a mean of two independent parts this is at least as wide as it must be (Cochran 1964, Biometrics
        20:191, with squares), where Satterthwaite's degrees of freedom leave too narrow intervals with three
        seeds: docs/validity.md. It is never less than for these trained models alone (`test_sd`), since few
        seeds may agree by chance.
        """
        tail = (1 + confidence) / 2
        of_patients = float(stdtrit(self.patients - 1, tail))
        of_seeds = self.between and float(stdtrit(self.seeds - 1, tail)) * self.between
        return float(max(np.hypot(of_seeds, of_patients * self.shared), of_patients * self.test_sd))

    def interval(self, confidence: float, limits: tuple[float, float] | None = None) -> tuple[float, float]:
        """(low, high), value ± `reach`; on the log-odds scale between a metric's `limits` where given.

        NaN where undefined. A value on a limit has the limit as one bound, and the one-sided bound of
        `uncertainty.limit_bounds` as the other.
        """
        return bounds_of(self.value, self.reach(confidence), self.patients, confidence, limits)


def estimate(per_seed: Mapping[int, Resampled], share: float = 0.0) -> Estimate:
    """The mean over seeds (seed -> one cell's value), resampled by the same test patients in all.

    The variance of the mean is s²/S + c: s² is the variance between the S seeds' values, and c the covariance
    of two seeds over test patients, from the resamplings. This is the model of Obuchowski and Rockette (1995,
    Commun. Stat. Simul. 24:285) for several readers who read the same cases, with seeds as readers.

    `share` (0 <= share < 1) is the part of the pool of training images that each seed's subset is. Subsets of
    one pool have images in common: their results differ too little by 1 - share, and all depend on the pool,
    so that the training part t² of s² counts as t² · (1/S + share / (1 - share)), as in the corrected
    resampled t-test (Nadeau and Bengio 2003, Mach. Learn. 52:239). Where all seeds have the whole pool
    (`full`), s² shows only how fits vary on these images, and no factor mends it: give 0.
    Undefined values (NaN) make the estimate undefined. Raises ValueError without a seed.
    """
    if not per_seed:
        raise ValueError("an estimate needs the result of at least one seed")
    names = tuple(sorted(per_seed))
    found = [per_seed[seed] for seed in names]
    values, drawn = np.array([one.value for one in found]), np.stack([one.drawn for one in found])
    seeds, patients = len(found), found[0].patients
    mean = Resampled(float(values.mean()), drawn.mean(axis=0), patients)
    test_sd = standard_error(mean)
    if seeds == 1 or not np.isfinite(test_sd + mean.value):
        unknown = float("nan")
        return Estimate(mean.value, mean.drawn, seeds, 0.0, test_sd, unknown, test_sd, patients, share)
    between = float(values.var(ddof=1))
    apart = [standard_error(Resampled(0.0, row, patients)) for row in drawn - mean.drawn]
    by_patients = float(np.mean(np.square(apart))) * seeds / (seeds - 1)  # what s² has from test patients
    training = max(between - by_patients, 0.0)
    shared = max(test_sd**2 - by_patients / seeds, 0.0)
    others = training / (1 - share)  # one seed's variance over other training sets
    scale = np.sqrt((training + seeds * share * others) / between) if between > 0 else 0.0
    moved = scale * (values - mean.value) @ _multipliers(names, drawn.shape[1])
    return Estimate(
        mean.value,
        mean.drawn + moved,
        seeds,
        float(np.sqrt(between / seeds + share * others)),
        float(np.sqrt(shared)),
        float(np.sqrt(others)),
        test_sd,
        patients,
        share,
    )


@lru_cache(maxsize=16)
def _multipliers(names: tuple[int, ...], resamples: int) -> Values:
    """Weights (seeds, resamples) of the seeds' deviations from their mean, the same in every call.

    A multiplier bootstrap (van der Vaart and Wellner 1996, ch. 2.9): sums have the variance of the mean over
    seeds, and the distribution of Student's t, since few seeds leave their own variance uncertain.
    """
    seeds = len(names)
    normal = np.stack([np.random.default_rng([3, seed]).standard_normal(resamples) for seed in names])
    squares = np.random.default_rng([5, *names]).chisquare(seeds - 1, resamples)
    return np.asarray(normal * np.sqrt((seeds - 1) / squares) / np.sqrt(seeds * (seeds - 1)), np.float64)
