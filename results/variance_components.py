"""Whether a difference is the same in all body parts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from statsmodels.stats.meta_analysis import combine_effects


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
