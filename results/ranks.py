"""Average ranks of methods over blocks (backbones x body parts), and which of them differ."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scikit_posthocs import posthoc_nemenyi_friedman
from scipy import stats

from results.metrics import Values

LEAST_METHODS, LEAST_BLOCKS = (
    3,
    2,
)  # scipy's friedmanchisquare needs three; ranks of one block have no variation
DESCRIPTION = (
    "Description only: an average rank depends on which other methods are ranked, so that two methods are "
    "judged by their paired differences with Holm's adjustment (Benavoli, Corani and Mangili 2016)."
)
FEW_BLOCKS = 10  # Friedman's chi-squared approximation needs more (Demsar 2006, section 3.2.2)
SHARED_PATIENTS = (
    "blocks share test and training patients, so they are not the independent data sets that "
    "the tests assume: p-values tend to be too small"
)


def rank_methods(values: pd.DataFrame, level: float = 0.05) -> dict[str, Any]:
    """Average ranks (1 is best), Friedman's and Nemenyi's tests, as Demsar (2006) compares classifiers.

    To describe, not to judge pairs of methods: Benavoli, Corani and Mangili (2016, JMLR 17(5):1) show that
    tests on mean ranks depend on the other methods. See DESCRIPTION, which every output prints.

    `values` holds one row per block (a backbone and body part), one column per method, in a metric of
    which higher is better; equal values share their rank. Blocks that lack a method are left out.

    Returns `blocks` (complete), `blocks_left_out`, `average_ranks` (best first), `friedman` (statistic
    and p, by scipy), `nemenyi` (p of each pair, by scikit-posthocs, as {method: {method: p}}),
    `critical_difference` (of average ranks, at `level`), `groups` (best first: the largest runs of
    methods, two or more, that lie within it; all in one where Friedman's test does not reject, since
    Nemenyi's then decides nothing), `limits` (sentences to print beside them) and `reason` (None). With
    fewer than 3 methods or 2 complete blocks, or when all methods are equal, `reason` is a sentence and the
    rest is None.
    """
    complete = values.dropna()
    counts = {"blocks": len(complete), "blocks_left_out": len(values) - len(complete)}
    reason = _reason(complete)
    if reason is not None:
        tests = ("average_ranks", "friedman", "nemenyi", "critical_difference", "groups", "limits")
        return {**counts, **dict.fromkeys(tests), "reason": reason}
    numbers, names = complete.to_numpy(np.float64), list(complete.columns)
    ranks = stats.rankdata(-numbers, axis=1).mean(axis=0)
    order = np.argsort(ranks, kind="stable")
    statistic, p = stats.friedmanchisquare(*numbers.T)
    reach = critical_difference(len(names), len(complete), level)
    pairs = np.asarray(posthoc_nemenyi_friedman(numbers), np.float64)
    runs = _groups(ranks[order], reach) if p < level else [np.arange(len(order))]
    return {
        **counts,
        "average_ranks": {names[i]: float(ranks[i]) for i in order},
        "friedman": {"statistic": float(statistic), "p": float(p)},
        "nemenyi": {names[i]: {names[j]: float(pairs[i, j]) for j in order} for i in order},
        "critical_difference": reach,
        "groups": [[names[order[place]] for place in run] for run in runs],
        "limits": _limits(len(complete)),
        "reason": None,
    }


def critical_difference(methods: int, blocks: int, level: float = 0.05) -> float:
    """The smallest significant difference of two average ranks (Nemenyi 1963; Demsar 2006, eq. 5)."""
    quantile = float(stats.studentized_range.ppf(1 - level, methods, np.inf)) / np.sqrt(2)
    return float(quantile * np.sqrt(methods * (methods + 1) / (6 * blocks)))


def _reason(complete: pd.DataFrame) -> str | None:
    """Why the tests cannot be made; None when they can."""
    blocks, methods = complete.shape
    if methods < LEAST_METHODS:
        return f"{methods} methods; ranks are compared from {LEAST_METHODS} on"
    if blocks < LEAST_BLOCKS:
        return f"{blocks} blocks with every method; ranks are compared from {LEAST_BLOCKS} on"
    if (complete.nunique(axis=1) == 1).all():
        return "the methods are equal in every block"
    return None


def _groups(ranks: Values, reach: float) -> list[NDArray[np.intp]]:
    """Runs of ascending ranks that differ by at most `reach`, as positions; no run is inside another."""
    ends = np.searchsorted(ranks, ranks + reach, "right")
    starts = [i for i in range(len(ranks)) if i == 0 or ends[i] > ends[i - 1]]
    return [np.arange(i, ends[i]) for i in starts if ends[i] - i > 1]


def _limits(blocks: int) -> list[str]:
    few = f"{blocks} blocks are few: the test has little power, and finding no difference says little"
    return [SHARED_PATIENTS, few] if blocks <= FEW_BLOCKS else [SHARED_PATIENTS]
