"""Mean ranks of methods, and how far they move when other test patients, or other data sets, are drawn.

A description. The bootstrap of a rank is too narrow where methods are nearly equal (Xie, Singh and Zhang
2009, JASA 104:775), and a rank depends on which other methods are ranked: `results.ranks.DESCRIPTION`.
"""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from results.metric import Values
from results.uncertainty import percentile_interval

LEAST_SETS = 5  # data sets that are resampled; chosen by hand
_SEED = 7


def mean_ranks(values: Values) -> Values:
    """The mean over blocks of each method's rank (1 is best): (..., blocks, methods) to (..., methods).

    Higher values are better, equal ones share their rank; NaN where a value of a block is undefined.
    """
    undefined = np.isnan(values).any(axis=(-2, -1))
    ranks = rankdata(-np.nan_to_num(values), axis=-1).mean(axis=-2)
    ranks[undefined] = np.nan
    return np.asarray(ranks, np.float64)


def over_patients(values: Values, drawn: Values, confidence: float) -> pd.DataFrame:
    """Ranks on one data set, with their spread over resamplings of its test patients.

    `values` (blocks, methods) hold a metric of which higher is better, `drawn` (resamples, blocks, methods)
    the same in each resampling. Columns: rank, low, high (the central percentiles) and first (the share of
    resamplings in which the method's mean rank is the least; equal ones share it).
    """
    return _described(mean_ranks(values), mean_ranks(drawn), confidence)


def over_data_sets(ranks: Values, drawn: Values, confidence: float, resamples: int = 2000) -> pd.DataFrame:
    """The mean of `ranks` (data sets, methods), with its spread over resamplings of the data sets.

    With fewer than LEAST_SETS data sets, which show too little of others, the spread is that over test
    patients on these: `drawn` (data sets, resamples, methods) are the ranks in each resampling. Columns as in
    `over_patients`.
    """
    sets = len(ranks)
    if sets < LEAST_SETS:
        return _described(ranks.mean(axis=0), drawn.mean(axis=0), confidence)
    weights = np.random.default_rng(_SEED).multinomial(sets, np.full(sets, 1 / sets), size=resamples) / sets
    return _described(ranks.mean(axis=0), weights @ ranks, confidence)


def _described(ranks: Values, drawn: Values, confidence: float) -> pd.DataFrame:
    bounds = [percentile_interval(column, confidence) for column in drawn.T]
    known = drawn[np.isfinite(drawn).all(axis=1)]
    least = np.isclose(known, known.min(axis=1, keepdims=True)) if len(known) else np.empty((0, len(ranks)))
    first = (
        (least / least.sum(axis=1, keepdims=True)).mean(axis=0) if len(known) else np.full(len(ranks), np.nan)
    )
    low, high = np.array(bounds).T
    return pd.DataFrame({"rank": ranks, "low": low, "high": high, "first": first})
