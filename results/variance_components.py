"""Variance components of a result: training subsets (seeds), test patients, and body parts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from statsmodels.stats.meta_analysis import combine_effects

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


def heterogeneity(
    differences: Sequence[float | None], standard_errors: Sequence[float | None], confidence: float = 0.95
) -> dict[str, Any]:
    """Whether a difference is the same in all body parts, by statsmodels' combine_effects.

    One difference and its `uncertainty.standard_error` per body part (None or NaN: left out). Returns
    `parts` (used), Cochran's `q` with `df` and `p`, `i2` (the share of the spread beyond chance, 0..1;
    Higgins & Thompson 2002), `tau2` (the variance between parts; Paule & Mandel 1982), and `mean`, `low`
    and `high` of the mean over parts as random effects (normal interval), with `reason` None. With fewer
    than 2 parts that have a standard error above 0 all are None but `parts` and `reason`. Parts are treated
    as independent, although a patient may be in two of them. With so few parts Q finds only large
    differences, and I2 is uncertain: a small one shows no agreement.
    """
    pairs = np.array(list(zip(differences, standard_errors, strict=True)), np.float64).reshape(-1, 2)
    effects, errors = pairs[np.isfinite(pairs).all(axis=1) & (pairs[:, 1] > 0)].T
    result: dict[str, Any] = {"parts": len(effects), "reason": None}
    if len(effects) < 2:
        names = ("q", "df", "p", "i2", "tau2", "mean", "low", "high")
        reason = f"{len(effects)} body parts with a standard error; at least 2 are compared"
        return result | dict.fromkeys(names) | {"reason": reason}
    with np.errstate(divide="ignore"):  # its own I2, where all differences are equal
        found = combine_effects(effects, errors**2, method_re="iterated")
    test, (_, interval, *_) = found.test_homogeneity(), found.conf_int(alpha=1 - confidence)
    q, df = max(0.0, float(test.statistic)), int(test.df)  # rounding may make it slightly negative
    return result | {
        "q": q,
        "df": df,
        "p": float(test.pvalue),
        "i2": 1 - df / q if q > df else 0.0,
        "tau2": float(found.tau2),
        "mean": float(found.mean_effect_re),
        "low": float(interval[0]),
        "high": float(interval[1]),
    }
