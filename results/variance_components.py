"""Variance components of a result: training subsets (seeds) and test patients."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from results.evaluation import plain
from results.uncertainty import Resampled, standard_error


def seed_spread(resampled: Sequence[Resampled]) -> dict[str, Any]:
    """The standard deviations of a metric (or a difference) over seeds, in its own unit.

    One entry per seed, in resamplings of the test patients that are the same for all. Returns `seeds`,
    `value` (the mean) and four standard deviations, None where undefined:
    - `seed_sd`: between the seeds' values. Part of it comes from the test set: two equally good models
      make errors on different patients, so that they differ by chance on few patients.
    - `training_sd`: without that part, i.e. between training subsets on infinitely many patients; 0 when
      the test patients explain all of it. The part is estimated from how the seeds vary relative to each
      other over the draws (two crossed random effects: seed, patient).
    - `test_sd`: of the mean over these seeds, over other test patients.
    - `combined_sd`: of the mean over as many other seeds on other test patients.
    Subsets of different seeds overlap more the larger they are, and at full size are the same: the spread
    over seeds then shrinks to that of the fit and does not cover other training patients. Three
    seeds leave the true standard deviation anywhere between half and six times theirs (95 %).
    """
    points = np.array([of_seed.value for of_seed in resampled])
    seeds = len(points)
    result: dict[str, Any] = {"seeds": seeds, "value": plain(points.mean()) if seeds else None}
    result |= dict.fromkeys(("seed_sd", "training_sd", "test_sd", "combined_sd"))
    if not seeds or not np.isfinite(points).all():
        return result
    drawn, patients = np.array([of_seed.drawn for of_seed in resampled]), resampled[0].patients
    mean = Resampled(float(points.mean()), drawn.mean(axis=0), patients)
    result["test_sd"] = plain(test_sd := standard_error(mean))
    if seeds == 1:
        return result
    seed_variance = float(points.var(ddof=1))
    apart = [standard_error(Resampled(0.0, row, patients)) for row in drawn - mean.drawn]
    by_patients = float(np.mean(np.square(apart))) * seeds / (seeds - 1)
    training_variance = np.maximum(seed_variance - by_patients, 0)
    combined = np.sqrt(training_variance / seeds + test_sd**2)
    return result | {
        "seed_sd": float(np.sqrt(seed_variance)),
        "training_sd": plain(np.sqrt(training_variance)),
        "combined_sd": plain(combined),
    }
